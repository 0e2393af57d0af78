"""What Keap lists under /crm/rest/v2, and one document of each kind."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Listed:
    """`path` under /v2, `many` the list in answers; `since` the filter for changes and `changed` the field that it looks at;
    `most` the largest page; `partial` the fields that come only when they are asked for."""

    path: str
    many: str
    count: int = 3
    fields: dict[str, Any] = field(default_factory=dict)
    id_field: str = "id"
    since: str = ""
    changed: str = ""
    most: int = 1000
    partial: tuple[str, ...] = ()
    kind: str = ""

    @property
    def name(self) -> str:
        return self.kind or self.many


CUSTOM = ("custom_fields",)
LISTS: tuple[Listed, ...] = (
    Listed(
        "companies",
        "companies",
        5,
        {"company_name": "Company {n}", "notes": "n", "custom_fields": [], "address": None},
        partial=("custom_fields", "notes", "address"),
    ),
    Listed(
        "tags",
        "tags",
        7,
        {"name": "Tag {n}", "description": "", "category": None},
        since="since_update_time",
        changed="update_time",
    ),
    Listed("tags/categories", "tag_categories", 2, {"name": "Category {n}"}),
    Listed(
        "notes",
        "notes",
        9,
        {"title": "Call", "text": "Note {n}", "custom_fields": []},
        since="since_time",
        changed="update_time",
        partial=CUSTOM,
    ),
    Listed("notes/templates", "note_templates", 1, {"name": "Template {n}"}),
    Listed(
        "tasks",
        "tasks",
        6,
        {"title": "Task {n}", "completed": False, "custom_fields": []},
        since="since_time",
        changed="modification_time",
        partial=CUSTOM,
    ),
    Listed(
        "opportunities",
        "opportunities",
        12,
        {"opportunity_title": "Deal {n}", "custom_fields": []},
        changed="last_updated_time",
        partial=CUSTOM,
    ),
    Listed("opportunities/stages", "stages", 3, {"name": "Stage {n}", "order": 1}),
    Listed("opportunities/stageMoves", "stage_moves", 5, {"moved_to_stage": "1"}, changed="move_date"),
    Listed(
        "orders",
        "orders",
        8,
        {"title": "Order {n}", "total": 19.99, "order_items": [{"id": "i{n}"}]},
        since="modified_since_time",
        changed="modification_time",
    ),
    Listed("sales/payments", "payments", 4, {"amount": 19.99}, since="since_time", changed="last_updated_time"),
    Listed("products", "products", 3, {"product_name": "Product {n}", "product_price": 9.99}),
    Listed("productCategories", "product_categories", 2, {"name": "Category {n}"}),
    Listed("subscriptions", "subscriptions", 2, {"active": True, "billing_amount": 9.99}),
    Listed("paymentMethods", "payment_methods", 2, {"card_info": {"masked": "************1111"}}, "payment_method_id"),
    Listed("campaigns", "campaigns", 2, {"name": "Campaign {n}"}),
    Listed("automations", "automations", 30, {"title": "Automation {n}"}, most=25),
    Listed(
        "emails",
        "emails",
        10,
        {"subject": "Hello {n}", "sent_to_address": "c{n}@x.example"},
        since="start_created_time",
        changed="created_time",
    ),
    Listed("emails/templates", "email_templates", 2, {"name": "Template {n}"}),
    Listed("emailAddresses", "email_addresses", 5, {"opted_in": True, "status": "UnengagedMarketable"}, "email"),
    Listed("files", "files", 2, {"file_name": "f{n}.pdf", "file_size": 123}),
    Listed("users", "users", 130, {"given_name": "User {n}", "status": "Active"}, most=100),
    Listed("affiliates", "affiliates", 1, {"name": "Affiliate {n}"}),
    Listed("affiliates/redirects", "affiliate_links", 1, {"name": "Link {n}"}),
    Listed("affiliates/commissionPrograms", "commission_programs", 1, {"name": "Program {n}"}),
    Listed("referrals", "referrals", 1, {"type": "AFFILIATE"}),
    Listed("leadSources", "lead_sources", 2, {"name": "Source {n}"}),
    Listed("webforms", "webforms", 1, {"name": "Form {n}"}),
    Listed("contacts/links/types", "contact_link_types", 1, {"name": "Spouse"}),
    Listed("reporting/reports", "reports", 1, {"name": "Report {n}"}),
)
MODELS = ("contacts", "companies", "orders", "opportunities", "tasks", "notes", "subscriptions", "affiliates")
DISCOUNTS = ("products", "shipping", "orderTotals", "freeTrials", "productCategories")
# What a contact shows only when it is asked for.
CONTACT_PARTIAL = ("custom_fields", "notes", "tag_ids", "links", "utm_parameters", "update_time", "create_time")
