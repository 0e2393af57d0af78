"""Property definitions of every object type, in the shape of GET /crm/v3/properties/{type}."""

from typing import Any

from integrations.sandbox.object_types import BY_NAME, OBJECT_TYPES, ObjectType

# One line a property: name, label, type, field type; flags: r value is read-only, c calculated, u unique,
# x made by the account (not HubSpot's own), h hidden. Options after a colon.
_CONTACTS = """
address|Street Address|string|text|
annualrevenue|Annual Revenue|string|text|
city|City|string|text|
company|Company Name|string|text|
country|Country/Region|string|text|
createdate|Create Date|datetime|date|r
customer_number|Customer number|string|text|xu
email|Email|string|text|u
firstname|First Name|string|text|
hs_analytics_source|Original Traffic Source|enumeration|select|r:ORGANIC_SEARCH,PAID_SEARCH,EMAIL_MARKETING,SOCIAL_MEDIA,REFERRALS,DIRECT_TRAFFIC,OFFLINE
hs_email_domain|Email Domain|string|text|rc
hs_lead_status|Lead Status|enumeration|radio|:NEW,OPEN,IN_PROGRESS,OPEN_DEAL,UNQUALIFIED,ATTEMPTED_TO_CONTACT,CONNECTED,BAD_TIMING
hs_object_id|Record ID|number|number|r
hs_timezone|Time Zone|enumeration|select|
hubspot_owner_id|Contact owner|enumeration|select|
jobtitle|Job Title|string|text|
lastmodifieddate|Last Modified Date|datetime|date|r
lastname|Last Name|string|text|
lifecyclestage|Lifecycle Stage|enumeration|radio|:subscriber,lead,marketingqualifiedlead,salesqualifiedlead,opportunity,customer,evangelist
message|Message|string|textarea|
mobilephone|Mobile Phone Number|string|phonenumber|
num_associated_deals|Number of Associated Deals|number|number|rc
phone|Phone Number|string|phonenumber|
state|State/Region|string|text|
website|Website URL|string|text|
zip|Postal Code|string|text|
"""
_COMPANIES = """
address|Street Address|string|text|
annualrevenue|Annual Revenue|number|number|
city|City|string|text|
country|Country/Region|string|text|
createdate|Create Date|datetime|date|r
description|Description|string|textarea|
domain|Company Domain Name|string|text|
founded_year|Year Founded|string|text|
hs_lastmodifieddate|Last Modified Date|datetime|date|r
hs_num_open_deals|Number of open deals|number|number|rc
hs_object_id|Record ID|number|number|r
hubspot_owner_id|Company owner|enumeration|select|
industry|Industry|enumeration|select|
lifecyclestage|Lifecycle Stage|enumeration|radio|
name|Company name|string|text|
numberofemployees|Number of Employees|number|number|
phone|Phone Number|string|phonenumber|
state|State/Region|string|text|
website|Website URL|string|text|
zip|Postal Code|string|text|
"""
_DEALS = """
amount|Amount|number|number|
amount_in_home_currency|Amount in company currency|number|number|rc
closedate|Close Date|datetime|date|
createdate|Create Date|datetime|date|
days_to_close|Days to close|number|number|rc
dealname|Deal Name|string|text|
dealstage|Deal Stage|enumeration|radio|
dealtype|Deal Type|enumeration|radio|:newbusiness,existingbusiness
description|Deal Description|string|textarea|
hs_closed_won_count|Is Closed Won (numeric)|number|number|rc
hs_forecast_amount|Forecast amount|number|calculation_equation|rc
hs_is_closed_lost|Is closed lost|bool|calculation_equation|rc
hs_is_closed_won|Is Closed Won|bool|calculation_equation|rc
hs_lastmodifieddate|Last Modified Date|datetime|date|r
hs_object_id|Record ID|number|number|r
hs_priority|Priority|enumeration|select|:low,medium,high
hubspot_owner_id|Deal owner|enumeration|select|
num_associated_contacts|Number of Associated Contacts|number|number|rc
pipeline|Pipeline|enumeration|select|
"""
_TICKETS = """
content|Ticket description|string|textarea|
createdate|Create date|datetime|date|
hs_lastmodifieddate|Last modified date|datetime|date|r
hs_object_id|Record ID|number|number|r
hs_pipeline|Pipeline|enumeration|select|
hs_pipeline_stage|Ticket status|enumeration|select|
hs_ticket_category|Category|enumeration|select|:PRODUCT_ISSUE,BILLING_ISSUE,FEATURE_REQUEST,GENERAL_INQUIRY
hs_ticket_priority|Priority|enumeration|select|:LOW,MEDIUM,HIGH,URGENT
hubspot_owner_id|Ticket owner|enumeration|select|
source_type|Source|enumeration|select|:CHAT,EMAIL,FORM,PHONE
subject|Ticket name|string|text|
time_to_close|Time to close|number|number|rc
"""
_PRODUCTS = """
createdate|Create date|datetime|date|r
description|Product description|string|textarea|
hs_cost_of_goods_sold|Unit cost|number|number|
hs_lastmodifieddate|Last Modified Date|datetime|date|r
hs_object_id|Record ID|number|number|r
hs_sku|SKU|string|text|
name|Name|string|text|
price|Unit price|number|number|
recurringbillingfrequency|Recurring billing frequency|enumeration|select|:monthly,quarterly,annually
"""
_LINE_ITEMS = """
amount|Net price|number|number|rc
createdate|Create Date|datetime|date|r
discount|Unit discount|number|number|
hs_lastmodifieddate|Last Modified Date|datetime|date|r
hs_line_item_currency_code|Currency|enumeration|select|
hs_object_id|Record ID|number|number|r
hs_product_id|Product ID|number|text|
hs_sku|SKU|string|text|
name|Name|string|text|
price|Unit price|number|number|
quantity|Quantity|number|number|
"""
_QUOTES = """
hs_currency|Currency|enumeration|select|
hs_expiration_date|Expiration Date|datetime|date|
hs_quote_amount|Quote Amount|number|number|rc
hs_quote_number|Quote Number|string|text|r
hs_status|Approval Status|enumeration|select|:DRAFT,PENDING_APPROVAL,APPROVED,REJECTED
hs_title|Quote Title|string|text|
hubspot_owner_id|Owner|enumeration|select|
"""
_CALLS = """
hs_call_body|Call notes|string|html|
hs_call_direction|Call direction|enumeration|select|:INBOUND,OUTBOUND
hs_call_disposition|Call outcome|enumeration|select|
hs_call_duration|Call duration|number|number|
hs_call_status|Call status|enumeration|select|:COMPLETED,NO_ANSWER,BUSY,FAILED
hs_call_title|Call Title|string|text|
hs_timestamp|Activity date|datetime|date|
hubspot_owner_id|Activity assigned to|enumeration|select|
"""
_EMAILS = """
hs_email_direction|Email direction|enumeration|select|:EMAIL,INCOMING_EMAIL,FORWARDED_EMAIL
hs_email_from_email|Email From Address|string|text|r
hs_email_html|Email HTML body|string|html|
hs_email_status|Email send status|enumeration|select|:SENT,SENDING,SCHEDULED,FAILED,BOUNCED
hs_email_subject|Email subject|string|text|
hs_email_text|Email body|string|textarea|
hs_email_to_email|Email To Address|string|text|r
hs_timestamp|Activity date|datetime|date|
hubspot_owner_id|Activity assigned to|enumeration|select|
"""
_MEETINGS = """
hs_internal_meeting_notes|Internal meeting notes|string|html|
hs_meeting_body|Meeting description|string|html|
hs_meeting_end_time|Meeting end time|datetime|date|
hs_meeting_location|Meeting location|string|text|
hs_meeting_outcome|Meeting outcome|enumeration|select|:SCHEDULED,COMPLETED,RESCHEDULED,NO_SHOW,CANCELED
hs_meeting_start_time|Meeting start time|datetime|date|
hs_meeting_title|Meeting name|string|text|
hs_timestamp|Activity date|datetime|date|
hubspot_owner_id|Activity assigned to|enumeration|select|
"""
_NOTES = """
hs_attachment_ids|Attached file IDs|enumeration|checkbox|
hs_body_preview|Body preview|string|text|rc
hs_note_body|Note body|string|html|
hs_timestamp|Activity date|datetime|date|
hubspot_owner_id|Activity assigned to|enumeration|select|
"""
_TASKS = """
hs_task_body|Task notes|string|html|
hs_task_is_overdue|Is overdue|bool|calculation_equation|rc
hs_task_priority|Priority|enumeration|select|:NONE,LOW,MEDIUM,HIGH
hs_task_status|Task status|enumeration|select|:NOT_STARTED,IN_PROGRESS,WAITING,COMPLETED,DEFERRED
hs_task_subject|Task title|string|text|
hs_task_type|Task type|enumeration|select|:TODO,CALL,EMAIL,MEETING
hs_timestamp|Due date|datetime|date|
hubspot_owner_id|Assigned to|enumeration|select|
"""
_LEADS = """
hs_lead_label|Lead label|enumeration|select|:COLD,WARM,HOT
hs_lead_name|Lead name|string|text|
hs_lead_type|Lead type|enumeration|select|:NEW_BUSINESS,RE_ATTEMPTING,UPSELL
hs_pipeline|Pipeline|enumeration|select|
hs_pipeline_stage|Pipeline stage|enumeration|select|
hubspot_owner_id|Lead owner|enumeration|select|
"""
_PETS = """
birthday|Birthday|date|date|x
breed|Breed|string|text|x
pet_name|Name|string|text|x
species|Species|enumeration|select|x:dog,cat,rabbit,bird
tag_number|Tag number|string|text|xu
weight_kg|Weight (kg)|number|number|x
"""
_SUBSCRIPTIONS_X = """
monthly_fee|Monthly fee|number|number|x
plan_name|Plan|string|text|x
renews_on|Renews on|date|date|x
seats|Seats|number|number|x
state_x|State|enumeration|select|x:trial,active,paused,cancelled
"""
_USERS = """
hs_email|Email|string|text|r
hs_family_name|Last name|string|text|r
hs_given_name|First name|string|text|r
hs_job_title|Job title|string|text|
hs_working_hours|Working hours|string|text|
"""
_OTHER = """
hs_name|Name|string|text|
hs_status|Status|enumeration|select|
hs_total_amount|Total|number|number|
hs_timestamp|Date|datetime|date|
hubspot_owner_id|Owner|enumeration|select|
"""
_DATED = """
hs_createdate|Object create date/time|datetime|date|r
hs_lastmodifieddate|Object last modified date/time|datetime|date|r
hs_object_id|Record ID|number|number|r
"""
_LINES = {
    "contacts": _CONTACTS,
    "companies": _COMPANIES,
    "deals": _DEALS,
    "tickets": _TICKETS,
    "products": _PRODUCTS,
    "line_items": _LINE_ITEMS,
    "quotes": _QUOTES,
    "calls": _CALLS,
    "emails": _EMAILS,
    "meetings": _MEETINGS,
    "notes": _NOTES,
    "tasks": _TASKS,
    "leads": _LEADS,
    "pets": _PETS,
    "subscriptions_x": _SUBSCRIPTIONS_X,
    "users": _USERS,
}


def group_of(kind: ObjectType) -> str:
    """Name of the type's first property group."""
    return f"{kind.singular.replace('_', '')}information"


def definitions(kind: ObjectType) -> list[dict[str, Any]]:
    """All properties of a type by name."""
    text = _LINES.get(kind.name, _OTHER)
    if kind.created == "hs_createdate":
        text += _DATED
    return sorted((_definition(kind, line) for line in text.split("\n") if line), key=lambda d: str(d["name"]))


def _definition(kind: ObjectType, line: str) -> dict[str, Any]:
    name, label, value_type, field_type, rest = line.split("|")
    flags, _, options = rest.partition(":")
    own = "x" in flags
    answer: dict[str, Any] = {
        "updatedAt": "2024-12-19T18:53:37.030Z",
        "createdAt": "2019-08-06T02:41:46.048Z",
        "name": name,
        "label": label,
        "type": value_type,
        "fieldType": field_type,
        "description": "" if own else f"{label} of the {kind.singular.replace('_', ' ')}",
        "groupName": group_of(kind),
        "options": [
            {"label": value.replace("_", " ").capitalize(), "value": value, "displayOrder": place, "hidden": False}
            for place, value in enumerate(options.split(",") if options else ())
        ],
        "displayOrder": -1,
        "calculated": "c" in flags,
        "externalOptions": name == "hubspot_owner_id",
        "hasUniqueValue": "u" in flags,
        "hidden": "h" in flags,
        "hubspotDefined": True,
        "modificationMetadata": {
            "archivable": True,
            "readOnlyDefinition": not own,
            "readOnlyValue": "r" in flags,
        },
        "formField": not own and "r" not in flags,
        "dataSensitivity": "non_sensitive",
    }
    if name == "hubspot_owner_id":
        answer["referencedObjectType"] = "OWNER"
    if own:
        del answer["hubspotDefined"]
        answer |= {"createdUserId": "88842095", "updatedUserId": "88842095", "archived": False}
    return answer


def names_of(type_name: str) -> tuple[str, ...]:
    """Sorted property names of a type as seeded."""
    return tuple(str(definition["name"]) for definition in definitions(BY_NAME[type_name]))


ALL_NAMES: dict[str, tuple[str, ...]] = {kind.name: names_of(kind.name) for kind in OBJECT_TYPES}
