"""Seeded deals, tickets, products, line items, quotes, leads, custom objects and the small commerce types."""

import random
from typing import Any

from integrations.sandbox.clock import iso
from integrations.sandbox.seed import words
from integrations.sandbox.seed.people import OWNER_IDS, company_name, pick_dates

Values = dict[str, Any]
DAY_MS = 86_400_000


def _owner(rng: random.Random) -> str:
    return OWNER_IDS[int(rng.random() * len(OWNER_IDS))]


def deal(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    created, modified = pick_dates(rng.random)
    stage = rng.choice(words.DEAL_STAGES)
    amount = str(500 * (1 + int(rng.random() ** 3 * 200)))
    closed = stage.startswith("closed")
    return {
        "amount": amount,
        "amount_in_home_currency": amount,
        "closedate": iso(modified if closed else modified + 30 * DAY_MS),
        "createdate": iso(created),
        "days_to_close": str((modified - created) // DAY_MS),
        "dealname": f"{company_name(int(rng.random() * max(companies, 20)))[0]}: {rng.choice(words.PROJECTS)}",
        "dealstage": stage,
        "dealtype": rng.choice(("newbusiness", "existingbusiness")),
        "description": rng.choice(words.SENTENCES) if rng.random() < 0.4 else None,
        "hs_closed_won_count": "1" if stage == "closedwon" else "0",
        "hs_forecast_amount": amount,
        "hs_is_closed_lost": "true" if stage == "closedlost" else "false",
        "hs_is_closed_won": "true" if stage == "closedwon" else "false",
        "hs_priority": rng.choice(("low", "medium", "high", None)),
        "hubspot_owner_id": _owner(rng),
        "num_associated_contacts": "1",
        "pipeline": "default",
        "": (created, modified),
    }


def ticket(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    created, modified = pick_dates(rng.random)
    problem = rng.choice(words.PROBLEMS)
    return {
        "content": f"The customer {problem}. {rng.choice(words.SENTENCES)}",
        "hs_pipeline": "0",
        "hs_pipeline_stage": rng.choice("1234"),
        "hs_ticket_category": rng.choice(("PRODUCT_ISSUE", "BILLING_ISSUE", "FEATURE_REQUEST", "GENERAL_INQUIRY")),
        "hs_ticket_priority": rng.choice(("LOW", "MEDIUM", "HIGH", None)),
        "hubspot_owner_id": _owner(rng) if rng.random() < 0.7 else None,
        "source_type": rng.choice(("CHAT", "EMAIL", "FORM", "PHONE")),
        "subject": f"{problem.capitalize()} (#{number + 1})",
        "time_to_close": str(modified - created) if rng.random() < 0.5 else None,
        "": (created, modified),
    }


def product(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    price = 10 + int(rng.random() * 900)
    return {
        "description": rng.choice(words.SENTENCES),
        "hs_cost_of_goods_sold": f"{price * 0.6:.2f}",
        "hs_sku": f"SKU-{10_000 + number}",
        "name": f"{words.PRODUCTS[number % len(words.PRODUCTS)]} {number // len(words.PRODUCTS) + 1}",
        "price": f"{price}.00",
        "recurringbillingfrequency": rng.choice((None, None, "monthly", "annually")),
        "": pick_dates(rng.random),
    }


def line_item(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    price = 10 + int(rng.random() * 900)
    quantity = 1 + int(rng.random() * 12)
    return {
        "amount": f"{price * quantity}.00",
        "hs_line_item_currency_code": "USD",
        "hs_sku": f"SKU-{10_000 + int(rng.random() * 500)}",
        "name": rng.choice(words.PRODUCTS),
        "price": f"{price}.00",
        "quantity": str(quantity),
        "": pick_dates(rng.random),
    }


def quote(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    created, modified = pick_dates(rng.random)
    return {
        "hs_currency": "USD",
        "hs_expiration_date": iso(created + 30 * DAY_MS),
        "hs_quote_amount": str(500 * (1 + int(rng.random() * 80))),
        "hs_quote_number": f"Q-{2_000 + number}",
        "hs_status": rng.choice(("DRAFT", "PENDING_APPROVAL", "APPROVED", "REJECTED")),
        "hs_title": f"Offer: {rng.choice(words.PROJECTS)}",
        "hubspot_owner_id": _owner(rng),
        "": (created, modified),
    }


def lead(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    return {
        "hs_lead_label": rng.choice(("COLD", "WARM", "HOT")),
        "hs_lead_name": f"{rng.choice(words.FIRST_NAMES)} {rng.choice(words.LAST_NAMES)}: {rng.choice(words.PROJECTS)}",
        "hs_lead_type": rng.choice(("NEW_BUSINESS", "RE_ATTEMPTING", "UPSELL")),
        "hs_pipeline": "lead-pipeline-id",
        "hs_pipeline_stage": rng.choice(("new-stage-id", "connected-stage-id", "qualified-stage-id")),
        "hubspot_owner_id": _owner(rng),
        "": pick_dates(rng.random),
    }


def pet(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    return {
        "birthday": f"{2010 + int(rng.random() * 16)}-{1 + int(rng.random() * 12):02d}-{1 + int(rng.random() * 28):02d}",
        "breed": rng.choice(("Beagle", "Collie", "Dachshund", "Maine Coon", "Siamese", "Mixed")),
        "pet_name": rng.choice(words.PETS),
        "species": rng.choice(("dog", "cat", "rabbit", "bird")),
        "tag_number": f"TAG-{70_000 + number}",
        "weight_kg": f"{0.5 + rng.random() * 40:.1f}",
        "": pick_dates(rng.random),
    }


def subscription_x(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    seats = 1 + int(rng.random() * 40)
    return {
        "monthly_fee": f"{seats * 9}.00",
        "plan_name": rng.choice(("Starter", "Team", "Business", "Enterprise")),
        "renews_on": f"2026-{1 + int(rng.random() * 12):02d}-{1 + int(rng.random() * 28):02d}",
        "seats": str(seats),
        "state_x": rng.choice(("trial", "active", "active", "paused", "cancelled")),
        "": pick_dates(rng.random),
    }


def user(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    first, last = words.FIRST_NAMES[number * 7 + 3], words.LAST_NAMES[number * 11 + 5]
    return {
        "hs_email": f"{first.lower()}@sandbox.example",
        "hs_family_name": last,
        "hs_given_name": first,
        "hs_job_title": rng.choice(words.JOB_TITLES),
        "": pick_dates(rng.random),
    }


def other(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    created, modified = pick_dates(rng.random)
    return {
        "hs_name": f"{rng.choice(words.PROJECTS).capitalize()} {number + 1}",
        "hs_status": rng.choice(("open", "paid", "void")),
        "hs_timestamp": iso(created),
        "hs_total_amount": str(10 + int(rng.random() * 5000)),
        "hubspot_owner_id": _owner(rng),
        "": (created, modified),
    }
