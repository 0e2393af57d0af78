"""Pools of names and words that seeded records are built from."""

# ruff: noqa: SIM905  a hundred quoted words would hide the words

FIRST_NAMES = tuple(
    """Ada Aisha Alan Alice Amara Amélie Ana Anders Andrea Anita Anna Anton Aoife Arjun Astrid Ayşe Beatriz Ben Björn
    Bruno Camila Carla Carlos Carmen Cecilia Chen Chidi Chloé Clara Daniel Daniela David Diego Dmitri Dylan Edith Elena
    Eli Elif Emil Emily Emma Enzo Erik Esther Eva Fatima Felix Femi Finn Florian Frances Freya Gabriel George Georgia
    Giulia Grace Greta Hana Hannah Haruto Hassan Helen Henry Hugo Ian Ibrahim Ida Ines Ingrid Irene Isaac Isabel Ivan
    Jack Jakub James Jana Jane Jasper Javier Jean Jelena Joao João Johan Jonas José Julia Julien Jürgen Kai Karim Karin
    Kate Katya Kenji Kofi Lars Laura Layla Lea Leah Leo Leila Liam Lina Linh Lisa Louis Lucas Lucia Luis Luna Magnus
    Malik Marco Margaret Maria Mariam Marie Mark Marta Martin Mateo Maya Mei Mehmet Michael Miguel Mila Milan Mira Mohamed
    Nadia Naomi Natalia Nia Nicolas Nils Nina Noah Nora Olga Oliver Olivia Omar Oscar Otto Paolo Paul Pedro Peter Petra
    Pilar Priya Rafael Rahul Rania Raj Rebecca Rosa Ruth Ryan Samir Samuel Sandra Sanjay Sara Sebastian Selma Simon
    Siobhán Sofia Søren Stefan Stella Susan Sven Tara Teresa Theo Thomas Tim Tomás Uma Valentina Vera Victor Viktor Wei
    William Xavier Yara Yasmin Yuki Yusuf Zara Zoe Zofia""".split()
)
LAST_NAMES = tuple(
    """Abbott Adams Adeyemi Ahmed Akhtar Alvarez Andersen Andersson Aoki Bailey Baker Bauer Becker Bell Bennett Berg
    Bernard Bianchi Bishop Björk Blanc Brandt Brooks Brown Bruun Campbell Carlsen Carter Castillo Chan Chen Clark
    Costa Cruz Cullen Dahl Das Davies Delgado Diaz Dubois Dunn Eriksen Evans Fernandez Ferrari Fischer Fletcher Flores
    Ford Fournier Fraser Gallo Garcia García Ghosh Gomez Gonzalez Gray Greco Green Gruber Gupta Haas Hall Hansen Hayes
    Heinrich Hernandez Hoffmann Holm Hughes Hussein Iglesias Ivanov Jackson Jansen Jensen Jimenez Johansson Johnson
    Jones Kaplan Kaur Keller Kelly Khan Kim King Klein Koch Kovács Kowalski Kumar Lambert Lang Larsen Laurent Lee
    Lefebvre Lehmann Lewis Li Lin Lindberg Lopez Lund Maier Malik Marino Martin Martinez Mbeki Mehta Meier Mendoza
    Meyer Miller Mitchell Moore Morales Moreau Moreno Morgan Moretti Müller Murphy Murray Nakamura Navarro Nguyen
    Nielsen Nilsson Novak Nowak O'Brien O'Connor Okafor Olsen Ortiz Osei Ozturk Park Patel Pereira Perez Petersen
    Petrov Pham Popescu Price Quinn Ramirez Ramos Rao Reid Reyes Ricci Richter Rivera Roberts Robinson Rodriguez
    Romano Rossi Roy Ruiz Russo Sanchez Santos Sato Schmidt Schneider Schulz Sharma Silva Simon Singh Smith Sousa
    Stewart Suzuki Svensson Takahashi Tanaka Taylor Thomas Thompson Torres Tran Vargas Vega Vogel Wagner Walker Walsh
    Wang Ward Watson Weber White Williams Wilson Wolf Wong Wood Wright Wu Yamamoto Yılmaz Young Zhang Zhou Zimmermann""".split()
)
COMPANY_HEADS = tuple(
    """Alder Amber Anchor Apex Arbor Argent Atlas Aurora Beacon Birch Blue Bramble Bright Cedar Cinder Clear Cobalt
    Copper Coral Crest Crown Delta Driftwood Eagle East Ember Evergreen Falcon Fern Field Fjord Flint Forge Fox Garnet
    Granite Harbour Hawk Hazel Heather High Hollow Horizon Iron Ivy Jade Juniper Kestrel Keystone Lake Lantern Laurel
    Linden Lunar Maple Marble Meadow Meridian Mill Mosaic North Oak Ocean Olive Onyx Orchard Otter Palm Pebble Pine
    Pioneer Polar Prairie Quarry Quartz Raven Red Ridge River Rowan Saffron Sage Sail Sierra Silver Slate Solar South
    Spruce Sterling Stone Summit Swift Thistle Timber Union Valley Vantage Vertex Walnut West Willow Wind Winter Wren""".split()
)
COMPANY_TAILS = tuple(
    """Analytics Architects Bakery Bikes Biotech Brewing Builders Capital Catering Ceramics Clinics Coffee Consulting
    Creative Dental Design Dynamics Education Electric Energy Engineering Farms Fitness Foods Freight Gardens Group
    Health Holdings Homes Hotels Insurance Interiors Labs Law Learning Logistics Maritime Media Mobility Motors Music
    Networks Optics Outdoors Partners Pharma Photography Physio Plumbing Press Printing Properties Recruiting Robotics
    Roofing Security Software Solutions Studio Supplies Systems Textiles Tours Trading Transport Travel Veterinary
    Ventures Water Wealth Works Yachts""".split()
)
COMPANY_FORMS = ("Ltd", "GmbH", "Inc", "LLC", "SARL", "AB", "Oy", "BV", "SpA", "Pty Ltd", "Co", "& Sons")
# city, state or region, country, postcode prefix, telephone prefix, time zone
PLACES = (
    ("London", "England", "United Kingdom", "EC1A ", "+44 20 7946 ", "europe_slash_london"),
    ("Manchester", "England", "United Kingdom", "M1 ", "+44 161 496 ", "europe_slash_london"),
    ("Edinburgh", "Scotland", "United Kingdom", "EH1 ", "+44 131 496 ", "europe_slash_london"),
    ("Dublin", "Leinster", "Ireland", "D02 ", "+353 1 555 ", "europe_slash_dublin"),
    ("New York", "NY", "United States", "100", "+1 212 555 ", "us_slash_eastern"),
    ("Boston", "MA", "United States", "021", "+1 617 555 ", "us_slash_eastern"),
    ("Chicago", "IL", "United States", "606", "+1 312 555 ", "us_slash_central"),
    ("Austin", "TX", "United States", "787", "+1 512 555 ", "us_slash_central"),
    ("San Francisco", "CA", "United States", "941", "+1 415 555 ", "us_slash_pacific"),
    ("Toronto", "ON", "Canada", "M5V ", "+1 416 555 ", "us_slash_eastern"),
    ("Berlin", "Berlin", "Germany", "101", "+49 30 2312 ", "europe_slash_berlin"),
    ("München", "Bayern", "Germany", "803", "+49 89 9998 ", "europe_slash_berlin"),
    ("Paris", "Île-de-France", "France", "750", "+33 1 99 00 ", "europe_slash_paris"),
    ("Lyon", "Auvergne-Rhône-Alpes", "France", "690", "+33 4 65 71 ", "europe_slash_paris"),
    ("Madrid", "Madrid", "Spain", "280", "+34 910 55 ", "europe_slash_madrid"),
    ("Lisboa", "Lisboa", "Portugal", "1100-", "+351 21 055 ", "europe_slash_lisbon"),
    ("Milano", "Lombardia", "Italy", "201", "+39 02 5550 ", "europe_slash_rome"),
    ("Zürich", "Zürich", "Switzerland", "80", "+41 44 555 ", "europe_slash_zurich"),
    ("København", "Hovedstaden", "Denmark", "10", "+45 32 55 ", "europe_slash_copenhagen"),
    ("Stockholm", "Stockholms län", "Sweden", "111 ", "+46 8 123 ", "europe_slash_stockholm"),
    ("Warszawa", "Mazowieckie", "Poland", "00-", "+48 22 555 ", "europe_slash_warsaw"),
    ("Sydney", "NSW", "Australia", "20", "+61 2 5550 ", "australia_slash_sydney"),
    ("Singapore", "Singapore", "Singapore", "0189", "+65 6555 ", "asia_slash_singapore"),
    ("東京", "東京都", "Japan", "100-", "+81 3 5550 ", "asia_slash_tokyo"),
)
STREETS = tuple(
    """Abbey Bridge Canal Castle Cedar Chapel Church Garden Harbour High Hill King Lake Market Meadow Mill New Oak Park
    Priory Queen Quay River School Spring Station Temple Victoria Water Windmill""".split()
)
JOB_TITLES = (
    "Account Manager", "Architect", "Buyer", "Chief Executive Officer", "Chief Financial Officer", "Consultant",
    "Customer Success Manager", "Data Analyst", "Designer", "Director of Operations", "Engineer", "Events Manager",
    "Founder", "Head of Marketing", "Head of Sales", "HR Manager", "IT Manager", "Legal Counsel", "Marketing Manager",
    "Office Manager", "Operations Manager", "Partner", "Procurement Lead", "Product Manager", "Project Manager",
    "Purchasing Agent", "Sales Representative", "Software Engineer", "Store Manager", "VP Sales",
)  # fmt: skip
INDUSTRIES = (
    "ACCOUNTING", "ARCHITECTURE_PLANNING", "AUTOMOTIVE", "BIOTECHNOLOGY", "COMPUTER_SOFTWARE", "CONSTRUCTION", "DESIGN",
    "EDUCATION_MANAGEMENT", "FINANCIAL_SERVICES", "FOOD_BEVERAGES", "HOSPITAL_HEALTH_CARE", "HOSPITALITY",
    "INFORMATION_TECHNOLOGY_AND_SERVICES", "INSURANCE", "LAW_PRACTICE", "LOGISTICS_AND_SUPPLY_CHAIN", "MACHINERY",
    "MARKETING_AND_ADVERTISING", "REAL_ESTATE", "RENEWABLES_ENVIRONMENT", "RETAIL", "TELECOMMUNICATIONS", "WHOLESALE",
)  # fmt: skip
LIFECYCLE = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
)
LEAD_STATUS = (
    "NEW",
    "OPEN",
    "IN_PROGRESS",
    "OPEN_DEAL",
    "UNQUALIFIED",
    "ATTEMPTED_TO_CONTACT",
    "CONNECTED",
    "BAD_TIMING",
)
SOURCES = ("ORGANIC_SEARCH", "PAID_SEARCH", "EMAIL_MARKETING", "SOCIAL_MEDIA", "REFERRALS", "DIRECT_TRAFFIC", "OFFLINE")
DEAL_STAGES = (
    "appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "decisionmakerboughtin", "contractsent",
    "closedwon", "closedlost",
)  # fmt: skip
PROJECTS = (
    "website relaunch", "annual licence", "pilot", "support contract", "onboarding package", "migration", "training days",
    "hardware refresh", "audit", "seasonal campaign", "warehouse fit-out", "renewal", "second branch", "design review",
)  # fmt: skip
PROBLEMS = (
    "cannot sign in", "invoice shows the wrong address", "export is empty", "delivery arrived damaged", "needs a refund",
    "asks for an extra seat", "report loads slowly", "e-mail is not delivered", "wants to change the plan",
    "printer is offline", "card was declined", "question about the contract",
)  # fmt: skip
SENTENCES = (
    "Spoke with the customer and agreed on the next step.",
    "Asked for a revised offer by the end of the week.",
    "The budget is approved; the contract goes to their lawyers.",
    "They compare us with one other supplier.",
    "Please call back after the board meeting.",
    "The pilot went well, a second site is planned.",
    "Delivery before the holidays is important to them.",
    "Sent the data sheet and two references.",
    "A colleague from accounting will join the next call.",
    "They are happy with the support they get.",
)
PRODUCTS = (
    "Backup appliance", "Bench scale", "Cloud seat", "Consulting day", "Control unit", "Desk lamp", "Docking station",
    "Field kit", "Filter set", "Gateway", "Install service", "Label printer", "Licence", "Maintenance plan", "Monitor arm",
    "Network switch", "Office chair", "Router", "Sensor", "Server rack", "Spare battery", "Standing desk", "Storage bin",
    "Support plan", "Tablet", "Toolbox", "Training day", "Travel case", "Water pump", "Webcam",
)  # fmt: skip
PETS = (
    "Bella",
    "Biscuit",
    "Charlie",
    "Coco",
    "Daisy",
    "Finn",
    "Luna",
    "Max",
    "Milo",
    "Nala",
    "Oscar",
    "Pepper",
    "Rocky",
    "Simba",
)
