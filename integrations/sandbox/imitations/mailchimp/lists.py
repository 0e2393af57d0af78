"""What Mailchimp lists, and one document of each kind as its answers show them (without `_links`, which every answer adds)."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Listed:
    """`kind` is ours; `path` under /3.0, `{p}` its parent's id and `{g}` that one's; `many` is the list in answers.

    `id_field` names the id; `number` how many each parent has; `fields` a document's own, `{n}` its number.
    """

    kind: str
    path: str
    many: str
    fields: dict[str, Any] = field(default_factory=dict)
    number: int = 2
    id_field: str = "id"
    parent: str = ""
    whole: bool = False  # ids are whole numbers


LISTS: tuple[Listed, ...] = (
    Listed(
        "merge_fields",
        "/lists/{p}/merge-fields",
        "merge_fields",
        {"tag": "MMERGE{n}", "name": "Field {n}", "type": "text"},
        3,
        "merge_id",
        "lists",
        True,
    ),
    Listed(
        "categories",
        "/lists/{p}/interest-categories",
        "categories",
        {"title": "Group {n}", "type": "checkboxes"},
        1,
        parent="lists",
    ),
    Listed(
        "interests",
        "/lists/{g}/interest-categories/{p}/interests",
        "interests",
        {"name": "Interest {n}", "subscriber_count": "3"},
        3,
        parent="categories",
    ),
    Listed(
        "segments",
        "/lists/{p}/segments",
        "segments",
        {"name": "Segment {n}", "type": "static", "member_count": 2},
        2,
        parent="lists",
        whole=True,
    ),
    Listed("tags", "/lists/{p}/tag-search", "tags", {"name": "tag-{n}"}, 2, parent="lists", whole=True),
    Listed(
        "webhooks",
        "/lists/{p}/webhooks",
        "webhooks",
        {"url": "https://x.example/{n}", "events": {"subscribe": True}},
        1,
        parent="lists",
    ),
    Listed(
        "history",
        "/lists/{p}/growth-history",
        "history",
        {"existing": 0, "imports": 0, "subscribed": 5},
        3,
        "month",
        "lists",
    ),
    Listed(
        "locations", "/lists/{p}/locations", "locations", {"cc": "US", "percent": 50, "total": 3}, 2, "country", "lists"
    ),
    Listed(
        "abuse_reports",
        "/lists/{p}/abuse-reports",
        "abuse_reports",
        {"email_address": "a{n}@x.example"},
        1,
        parent="lists",
        whole=True,
    ),
    Listed("clients", "/lists/{p}/clients", "clients", {"members": 4}, 2, "client", "lists"),
    Listed(
        "surveys", "/lists/{p}/surveys", "surveys", {"title": "Survey {n}", "status": "published"}, 1, parent="lists"
    ),
    Listed(
        "responses",
        "/reporting/surveys/{p}/responses",
        "responses",
        {"submitted_at": "2026-05-01T00:00:00+00:00"},
        2,
        "response_id",
        "surveys",
    ),
    Listed(
        "campaigns",
        "/campaigns",
        "campaigns",
        {"type": "regular", "status": "sent", "send_time": "", "settings": {"title": "Campaign {n}"}},
        4,
    ),
    Listed(
        "feedback",
        "/campaigns/{p}/feedback",
        "feedback",
        {"message": "Looks good", "is_complete": False},
        1,
        "feedback_id",
        "campaigns",
        True,
    ),
    Listed("campaign_folders", "/campaign-folders", "folders", {"name": "Folder {n}", "count": 1}),
    Listed(
        "reports",
        "/reports",
        "reports",
        {"campaign_title": "Campaign {n}", "type": "regular", "emails_sent": 9, "opens": {"last_open": ""}},
        3,
    ),
    Listed(
        "clicks",
        "/reports/{p}/click-details",
        "urls_clicked",
        {"url": "https://x.example/{n}", "total_clicks": 2},
        2,
        parent="reports",
    ),
    Listed(
        "unsubscribes",
        "/reports/{p}/unsubscribed",
        "unsubscribes",
        {"timestamp": "2026-05-02T00:00:00+00:00", "reason": "None given"},
        1,
        "email_id",
        "reports",
    ),
    Listed("automations", "/automations", "automations", {"status": "save", "start_time": "", "emails_sent": 0}, 1),
    Listed("emails", "/automations/{p}/emails", "emails", {"position": 1, "status": "save"}, 2, parent="automations"),
    Listed(
        "templates", "/templates", "templates", {"type": "user", "name": "Template {n}", "active": True}, 2, whole=True
    ),
    Listed("template_folders", "/template-folders", "folders", {"name": "Folder {n}", "count": 1}, 1),
    Listed("landing_pages", "/landing-pages", "landing_pages", {"name": "Page {n}", "status": "published"}, 2),
    Listed(
        "files",
        "/file-manager/files",
        "files",
        {"name": "photo{n}.png", "size": 1234, "full_size_url": "https://x.example/{n}.png"},
        3,
        whole=True,
    ),
    Listed("file_folders", "/file-manager/folders", "folders", {"name": "Folder {n}", "file_count": 1}, 1, whole=True),
    Listed(
        "stores", "/ecommerce/stores", "stores", {"name": "Shop {n}", "currency_code": "USD", "platform": "shop"}, 2
    ),
    Listed(
        "customers",
        "/ecommerce/stores/{p}/customers",
        "customers",
        {"email_address": "c{n}@x.example", "opt_in_status": True},
        3,
        parent="stores",
    ),
    Listed(
        "products",
        "/ecommerce/stores/{p}/products",
        "products",
        {"title": "Product {n}", "variants": [{"id": "v{n}"}]},
        3,
        parent="stores",
    ),
    Listed(
        "orders",
        "/ecommerce/stores/{p}/orders",
        "orders",
        {"order_total": 19.99, "currency_code": "USD"},
        3,
        parent="stores",
    ),
    Listed("carts", "/ecommerce/stores/{p}/carts", "carts", {"order_total": 9.99}, 1, parent="stores"),
    Listed(
        "promo_rules",
        "/ecommerce/stores/{p}/promo-rules",
        "promo_rules",
        {"title": "Ten off", "amount": 0.1},
        1,
        parent="stores",
    ),
    Listed("sites", "/connected-sites", "sites", {"domain": "x{n}.example", "platform": "wordpress"}, 1, "foreign_id"),
    Listed("domains", "/verified-domains", "domains", {"verified": True, "authenticated": True}, 1, "domain"),
    Listed("apps", "/authorized-apps", "apps", {"name": "App {n}", "users": ["owner"]}, 1),
)

# Single documents by parent: kind, path, fields.
SINGLE: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("contents", "/campaigns/{p}/content", "campaigns", {"plain_text": "Hello", "html": "<p>Hello</p>"}),
    ("template_contents", "/templates/{p}/default-content", "templates", {"sections": {"body": "<p>Hi</p>"}}),
    ("page_contents", "/landing-pages/{p}/content", "landing_pages", {"html": "<p>Page</p>"}),
)
