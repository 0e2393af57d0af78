"""What the style guide shows: fixed samples, never a person's data."""

from datetime import date, timedelta
from typing import Any

from listbackup.core.clock import now


def samples() -> dict[str, Any]:
    """Template context of `styleguide.html`."""
    today = date(2026, 3, 31)
    days = [today - timedelta(days=29 - number) for number in range(30)]
    states = ["none"] * 3 + ["good"] * 14 + ["failed", "partial"] + ["good"] * 11
    return {
        "sample_errors": ["HubSpot does not know this key. Copy it again from Settings, Private apps."],
        "sample_days": [{"day": day, "state": state} for day, state in zip(days, states, strict=True)],
        "sample_points": [(day, 41_000 + 240 * n + (n % 5) * 90) for n, day in enumerate(days)],
        "sample_rows": [(day, 12 + n % 7, 40 + (n * 13) % 50, n % 4) for n, day in enumerate(days)],
        "sample_series": ("Added", "Changed", "Deleted"),
        "sample_moment": now() - timedelta(hours=3),
        "sample_changes": [
            {"field": "email", "old": "ana@northwind.example", "new": "ana.silva@northwind.example", "kind": "changed"},
            {"field": "lifecycle_stage", "old": None, "new": "customer", "kind": "added"},
            {"field": "fax", "old": "+1 555 0100", "new": None, "kind": "removed"},
        ],
        "sample_record": {
            "id": "51",
            "name": "Ana Silva",
            "score": 42.5,
            "tags": ["vip", "eu"],
            "owner": None,
            "active": True,
        },
        "sample_entries": [
            {"title": "Version 3", "when": now() - timedelta(minutes=12), "note": "2 fields changed", "current": True},
            {"title": "Version 2", "when": now() - timedelta(days=4), "note": "1 field changed"},
            {"title": "Version 1", "when": now() - timedelta(days=90), "note": "first copy"},
        ],
        "sample_progress": {
            "state": "succeeded",
            "state_label": "Succeeded",
            "percent": 100,
            "finished": True,
            "message": "Copied 400 records.",
            "requests": 5,
            "streams": [
                {
                    "name": "contacts",
                    "label": "Contacts",
                    "state": "succeeded",
                    "read": 400,
                    "written": 12,
                    "percent": 100,
                }
            ],
        },
    }
