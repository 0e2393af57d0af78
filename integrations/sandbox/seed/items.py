"""Seeded owners, pipelines, property groups, schemas, lists and the marketing, automation and file items."""

import random
import sqlite3

from integrations.sandbox import jsonio
from integrations.sandbox.items import Items
from integrations.sandbox.seed import cms_items, crm_items, legacy_items, marketing_items, service_items


def fill_items(connection: sqlite3.Connection, counts: dict[str, int], seed: int) -> None:
    """Put in everything that is not a CRM record."""
    items = Items(connection)
    rng = random.Random(f"{seed}:items")
    crm_items.owners(items)
    crm_items.pipelines(items)
    crm_items.groups(items)
    crm_items.schemas(items)
    crm_items.lists(connection, items, counts, rng)
    marketing_items.forms(items, rng)
    marketing_items.emails(items, rng)
    marketing_items.campaigns(items, rng)
    marketing_items.subscriptions(items)
    service_items.flows(items, rng)
    service_items.files(items, rng)
    service_items.users_and_teams(items)
    service_items.conversations(items, rng)
    cms_items.cms(items, rng)
    legacy_items.legacy(items, rng)
    items.put("account", "details", jsonio.loads(service_items.ACCOUNT))
