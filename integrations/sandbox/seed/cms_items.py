"""Seeded pages, blog posts, authors, tags, redirects and HubDB tables."""

import random
from typing import Any

from integrations.sandbox.clock import iso
from integrations.sandbox.config import HUB_ID
from integrations.sandbox.items import Items
from integrations.sandbox.seed import words
from integrations.sandbox.seed.people import EPOCH_MS

DAY_MS = 86_400_000
DOMAIN = f"{HUB_ID}.hs-sites-eu1.com"
POSTS = 130  # more than a page of 100
NO_ARCHIVE = "1970-01-01T00:00:00Z"


def cms(items: Items, rng: random.Random) -> None:
    for place, (path, name) in enumerate(
        (("", "Home"), ("about", "About us"), ("prices", "Prices"), ("old", "Old page"))
    ):
        _page(items, "site_pages", 41_000_001 + place, path, name, archived=place == 3)
    for place in range(3):
        _page(
            items, "landing_pages", 42_000_001 + place, f"offer-{place + 1}", f"Offer {place + 1}", archived=place == 2
        )
    _blog(items, rng)
    for place, target in enumerate(("/about", "/prices", "https://www.sandbox.example/")):
        changed = EPOCH_MS - (80 - place) * DAY_MS
        document = {
            "id": str(46_000_001 + place),
            "routePrefix": f"/old-{place + 1}",
            "destination": target,
            "redirectStyle": 301,
            "precedence": 1_000_000 + place,
            "isOnlyAfterNotFound": False,
            "isMatchFullUrl": False,
            "isMatchQueryString": False,
            "isPattern": False,
            "isProtocolAgnostic": True,
            "isTrailingSlashOptional": True,
            **_dates(changed - DAY_MS, changed),
        }
        items.put("url_redirects", document["id"], document, modified=changed)
    _hubdb(items, rng)


def _dates(created: int, changed: int) -> dict[str, Any]:
    return {"created": iso(created), "updated": iso(changed)}


def _page(items: Items, kind: str, number: int, slug: str, name: str, *, archived: bool) -> None:
    changed = EPOCH_MS - (number % 97) * DAY_MS
    document = {
        "id": str(number),
        "name": name,
        "slug": slug,
        "domain": DOMAIN,
        "url": f"https://{DOMAIN}/{slug}",
        "state": "PUBLISHED",
        "currentState": "PUBLISHED",
        "currentlyPublished": not archived,
        "htmlTitle": name,
        "language": "en",
        "layoutSections": {"dnd_area": {"type": "cell", "w": 12, "rows": []}},
        "widgets": {},
        "publishDate": iso(changed),
        "archivedAt": iso(changed) if archived else NO_ARCHIVE,
        **_dates(changed - 30 * DAY_MS, changed),
    }
    items.put(kind, document["id"], document, archived=archived, modified=changed)


def _blog(items: Items, rng: random.Random) -> None:
    people = (("43000001", "Ada Field"), ("43000002", "Max Rivers"))
    topics = (("44000001", "News"), ("44000002", "Guides"), ("44000003", "Stories"))
    for kind, rows in (("blog_authors", people), ("blog_tags", topics)):
        for place, (item_id, name) in enumerate(rows):
            changed = EPOCH_MS - (60 + place) * DAY_MS
            document = {"id": item_id, "name": name, "language": "en", "translatedFromId": 0, "deletedAt": NO_ARCHIVE}
            document |= {"slug": name.lower().replace(" ", "-"), **_dates(changed - DAY_MS, changed)}
            items.put(kind, item_id, document, modified=changed)
    for place in range(POSTS):
        changed = EPOCH_MS - (POSTS - place) * DAY_MS
        archived = place % 26 == 25
        item_id = str(45_000_001 + place)
        title = rng.choice(words.SENTENCES)
        document = {
            "id": item_id,
            "name": title,
            "htmlTitle": title,
            "slug": f"blog/post-{place + 1}",
            "contentGroupId": "47000001",
            "blogAuthorId": people[place % 2][0],
            "authorName": people[place % 2][1],
            "tagIds": [int(topics[place % 3][0])],
            "postBody": f"<p>{rng.choice(words.SENTENCES)}</p>",
            "state": "PUBLISHED",
            "currentState": "PUBLISHED",
            "publishDate": iso(changed),
            "archivedAt": changed if archived else 0,
            **_dates(changed - DAY_MS, changed),
        }
        items.put("blog_posts", item_id, document, archived=archived, modified=changed)


def _hubdb(items: Items, rng: random.Random) -> None:
    for place, (name, rows, published) in enumerate((("places", 120, True), ("draft_only", 0, False))):
        table_id = str(48_000_001 + place)
        changed = EPOCH_MS - (20 + place) * DAY_MS
        table = {
            "id": table_id,
            "name": name,
            "label": name.replace("_", " ").capitalize(),
            "columns": [{"id": "1", "name": "town", "label": "Town", "type": "TEXT"}],
            "published": published,
            "publishedAt": iso(changed) if published else None,
            "rowCount": rows,
            "columnCount": 1,
            "deleted": False,
            "useForPages": False,
            "allowPublicApiAccess": False,
            "createdAt": iso(changed - DAY_MS),
            "updatedAt": iso(changed),
        }
        items.put("hubdb_tables", table_id, table, modified=changed)
        for number in range(rows):
            row_id = str(48_100_001 + number)
            row = {
                "id": row_id,
                "values": {"town": rng.choice(words.SENTENCES)[:30]},
                "path": None,
                "name": None,
                "childTableId": "0",
                "publishedAt": iso(changed),
                "createdAt": iso(changed - DAY_MS),
                "updatedAt": iso(changed),
            }
            items.put("hubdb_rows", row_id, row, parent=table_id, position=number, modified=changed)
