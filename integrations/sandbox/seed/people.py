"""Seeded contacts and companies."""

import random
from collections.abc import Callable
from typing import Any

from integrations.sandbox.clock import iso
from integrations.sandbox.seed import words

Values = dict[str, Any]

OWNER_IDS = tuple(str(number) for number in range(534941, 534949))
# Seeded dates end here, whatever the day of the run, so that the same seed gives the same bytes.
EPOCH_MS = 1_782_864_000_000  # 2026-07-01T00:00:00Z
YEARS_MS = 5 * 365 * 86_400_000


def plain(text: str) -> str:
    """ASCII form of a name for addresses."""
    table = str.maketrans("éáíóúèüöäåøæşıñãçÅłąęśżźćńÉëïőáü", "eaioueuoaaoasinacAlaeszzcnEeioau")
    return "".join(letter for letter in text.translate(table).lower() if letter.isascii() and letter.isalnum())


PLAIN_FIRST = tuple(plain(name) for name in words.FIRST_NAMES)
PLAIN_LAST = tuple(plain(name) for name in words.LAST_NAMES)


def company_name(number: int) -> tuple[str, str]:
    """Name and domain of the n-th company; unique for a million of them."""
    heads, tails = words.COMPANY_HEADS, words.COMPANY_TAILS
    head = heads[number * 31 % len(heads)]
    tail = tails[(number // len(heads) + number) % len(tails)]
    turn = number // (len(heads) * len(tails))
    form = words.COMPANY_FORMS[number % len(words.COMPANY_FORMS)]
    mark = f"{turn}" if turn else ""
    return (
        f"{head} {tail} {mark}{' ' if mark else ''}{form}",
        f"{head.lower()}{tail.lower()}{mark}-{number % 1000}.example",
    )


def pick_dates(draw: Callable[[], float]) -> tuple[int, int]:
    """Creation and last change, ms; most records were changed long after they were made."""
    created = EPOCH_MS - int(draw() * YEARS_MS)
    return created, created + int(draw() * draw() * (EPOCH_MS - created))


def company(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    draw = rng.random
    name, domain = company_name(number)
    city, state, country, postcode, phone, _ = words.PLACES[int(draw() * len(words.PLACES))]
    created, modified = pick_dates(draw)
    staff = int(4 + 2000 * draw() ** 6)
    return {
        "address": f"{1 + int(draw() * 220)} {words.STREETS[int(draw() * len(words.STREETS))]} Street",
        "annualrevenue": str(staff * (60_000 + int(draw() * 90) * 1000)),
        "city": city,
        "country": country,
        "createdate": iso(created),
        "description": words.SENTENCES[int(draw() * len(words.SENTENCES))] if draw() < 0.3 else None,
        "domain": domain,
        "founded_year": str(1950 + int(draw() * 75)),
        "hs_lastmodifieddate": iso(modified),
        "hs_num_open_deals": str(int(draw() * 3)),
        "hs_object_id": str(record_id),
        "hubspot_owner_id": OWNER_IDS[int(draw() * len(OWNER_IDS))],
        "industry": words.INDUSTRIES[int(draw() * len(words.INDUSTRIES))],
        "lifecyclestage": words.LIFECYCLE[int(draw() * len(words.LIFECYCLE))],
        "name": name,
        "numberofemployees": str(staff),
        "phone": f"{phone}{1000 + int(draw() * 9000)}",
        "state": state,
        "website": f"https://www.{domain}",
        "zip": f"{postcode}{10 + int(draw() * 90)}",
        "": (created, modified),
    }


def contact(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    draw = rng.random
    first = int(draw() * len(words.FIRST_NAMES))
    last = int(draw() * len(words.LAST_NAMES))
    employer, domain = company_name(int(draw() * max(companies, 20)))
    city, state, country, postcode, phone, zone = words.PLACES[int(draw() * len(words.PLACES))]
    created, modified = pick_dates(draw)
    email = f"{PLAIN_FIRST[first]}.{PLAIN_LAST[last]}{number}@{domain}"
    telephone = f"{phone}{1000 + int(draw() * 9000)}"
    return {
        "address": f"{1 + int(draw() * 220)} {words.STREETS[int(draw() * len(words.STREETS))]} Street",
        "annualrevenue": str(int(draw() * 900) * 10_000) if draw() < 0.4 else None,
        "city": city,
        "company": employer,
        "country": country,
        "createdate": iso(created),
        "customer_number": f"C-{100_000 + number}" if draw() < 0.6 else None,
        "email": email,
        "firstname": words.FIRST_NAMES[first],
        "hs_analytics_source": words.SOURCES[int(draw() * len(words.SOURCES))],
        "hs_email_domain": domain,
        "hs_lead_status": words.LEAD_STATUS[int(draw() * len(words.LEAD_STATUS))] if draw() < 0.7 else None,
        "hs_object_id": str(record_id),
        "hs_timezone": zone,
        "hubspot_owner_id": OWNER_IDS[int(draw() * len(OWNER_IDS))] if draw() < 0.8 else None,
        "jobtitle": words.JOB_TITLES[int(draw() * len(words.JOB_TITLES))],
        "lastmodifieddate": iso(modified),
        "lastname": words.LAST_NAMES[last],
        "lifecyclestage": words.LIFECYCLE[int(draw() * len(words.LIFECYCLE))],
        "message": words.SENTENCES[int(draw() * len(words.SENTENCES))] if draw() < 0.35 else None,
        "mobilephone": telephone if draw() < 0.5 else None,
        "num_associated_deals": str(int(draw() * 3)),
        "phone": telephone,
        "state": state,
        "website": f"https://www.{domain}",
        "zip": f"{postcode}{10 + int(draw() * 90)}",
        "": (created, modified),
    }
