"""What HighLevel lists for a location, and one document of each kind as its answers show them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Listed:
    """`many` is the list in answers; `paging`: whole, skip or offset in the query, body_skip, body_page, submissions.

    `needs` names the parameter that says which location; `id_field` is how the kind writes its id; `below` names the kind
    whose id stands for `{p}` in the path, or in the query as `by`.
    """

    kind: str
    path: str
    many: str
    paging: str = "whole"
    id_field: str = "id"
    count: int = 3
    fields: dict[str, Any] = field(default_factory=dict)
    needs: str = "locationId"
    method: str = "GET"
    version: str = "2021-07-28"
    below: str = ""
    by: str = ""


CALENDARS = "2021-04-15"
LISTS: tuple[Listed, ...] = (
    Listed(
        "notes",
        "/contacts/{p}/notes",
        "notes",
        count=1,
        fields={"body": "Note {n}", "pinned": False},
        needs="",
        below="contacts",
    ),
    Listed(
        "tasks",
        "/locations/{l}/tasks/search",
        "tasks",
        "body_skip",
        "_id",
        120,
        {"title": "Task {n}", "completed": False},
        "",
        "POST",
    ),
    Listed(
        "customFields",
        "/locations/{l}/customFields",
        "customFields",
        fields={"name": "Field {n}", "model": "contact", "dataType": "TEXT"},
        needs="",
    ),
    Listed(
        "customValues",
        "/locations/{l}/customValues",
        "customValues",
        fields={"name": "Value {n}", "value": "v{n}"},
        needs="",
    ),
    Listed("tags", "/locations/{l}/tags", "tags", fields={"name": "tag-{n}"}, needs=""),
    Listed(
        "pipelines",
        "/opportunities/pipelines",
        "pipelines",
        count=2,
        fields={"name": "Pipeline {n}", "stages": [{"id": "s{n}", "name": "New"}]},
    ),
    Listed(
        "lostReasons",
        "/opportunities/lost-reason",
        "lostReasons",
        "skip",
        "_id",
        fields={"name": "Reason {n}", "deleted": False},
    ),
    Listed(
        "calendars",
        "/calendars",
        "calendars",
        fields={"name": "Calendar {n}", "isActive": True, "openHours": {}},
        version=CALENDARS,
    ),
    Listed("groups", "/calendars/groups", "groups", fields={"name": "Group {n}"}, version=CALENDARS),
    Listed(
        "events",
        "/calendars/events",
        "events",
        count=4,
        fields={"title": "Visit {n}", "appoinmentStatus": "confirmed", "deleted": False},
        version=CALENDARS,
        below="calendars",
        by="calendarId",
    ),
    Listed(
        "blocked",
        "/calendars/blocked-slots",
        "events",
        count=1,
        fields={"title": "Blocked {n}"},
        version=CALENDARS,
        below="calendars",
        by="calendarId",
    ),
    Listed("businesses", "/businesses", "businesses", "skip", count=55, fields={"name": "Business {n}"}),
    Listed(
        "users",
        "/users",
        "users",
        count=2,
        fields={"name": "User {n}", "email": "u{n}@sandbox.example", "deleted": False},
    ),
    Listed(
        "objects",
        "/objects",
        "objects",
        id_field="key",
        count=2,
        fields={"labels": {"singular": "Boat"}, "standard": False},
    ),
    Listed(
        "records",
        "/objects/{p}/records/search",
        "records",
        "body_page",
        count=4,
        fields={"properties": {"name": "Boat {n}"}},
        needs="body",
        method="POST",
        below="objects",
    ),
    Listed("associations", "/associations", "associations", "skip", count=2, fields={"key": "owner_{n}"}),
    Listed("forms", "/forms", "forms", "skip", count=2, fields={"name": "Form {n}"}),
    Listed(
        "form_submissions",
        "/forms/submissions",
        "submissions",
        "submissions",
        count=6,
        fields={"formId": "f1", "others": {"q": "a{n}"}},
    ),
    Listed("surveys", "/surveys", "surveys", "skip", count=1, fields={"name": "Survey {n}"}),
    Listed(
        "survey_submissions", "/surveys/submissions", "submissions", "submissions", count=2, fields={"surveyId": "s1"}
    ),
    Listed(
        "workflows",
        "/workflows",
        "workflows",
        count=2,
        fields={"name": "Workflow {n}", "status": "published", "version": 3},
    ),
    Listed("campaigns", "/campaigns", "campaigns", count=1, fields={"name": "Campaign {n}", "status": "published"}),
    Listed("funnels", "/funnels/funnel/list", "funnels", "offset", "_id", 2, {"name": "Funnel {n}", "type": "funnel"}),
    Listed(
        "redirects",
        "/funnels/lookup/redirect/list",
        "data",
        "offset",
        "_id",
        1,
        {"path": "/r{n}", "target": "https://x.example"},
    ),
    Listed("links", "/links", "links", count=2, fields={"name": "Link {n}", "redirectTo": "https://x.example/{n}"}),
    Listed("products", "/products", "products", "offset", "_id", 3, {"name": "Product {n}", "productType": "DIGITAL"}),
    Listed(
        "prices",
        "/products/{p}/price",
        "prices",
        "offset",
        "_id",
        1,
        {"name": "Price {n}", "amount": 19.99, "currency": "USD"},
        below="products",
    ),
    Listed("collections", "/products/collections", "data", "offset", "_id", 1, {"name": "Collection {n}"}, "altId"),
    Listed(
        "orders",
        "/payments/orders",
        "data",
        "offset",
        "_id",
        3,
        {"amount": 19.99, "currency": "USD", "status": "completed"},
        "altId",
    ),
    Listed(
        "transactions",
        "/payments/transactions",
        "data",
        "offset",
        "_id",
        3,
        {"amount": 19.99, "status": "succeeded"},
        "altId",
    ),
    Listed(
        "subscriptions",
        "/payments/subscriptions",
        "data",
        "offset",
        "_id",
        1,
        {"amount": 9.99, "status": "active"},
        "altId",
    ),
    Listed(
        "coupons", "/payments/coupon/list", "data", "offset", "_id", 1, {"code": "TEN{n}", "discountValue": 10}, "altId"
    ),
    Listed("invoices", "/invoices", "invoices", "offset", "_id", 2, {"invoiceNumber": "{n}", "total": 19.99}, "altId"),
    Listed("schedules", "/invoices/schedule", "schedules", "offset", "_id", 1, {"name": "Monthly {n}"}, "altId"),
    Listed("templates", "/invoices/template", "data", "offset", "_id", 1, {"name": "Template {n}"}, "altId"),
    Listed("estimates", "/invoices/estimate/list", "estimates", "offset", "_id", 1, {"name": "Estimate {n}"}, "altId"),
    Listed(
        "files",
        "/medias/files",
        "files",
        "offset",
        "_id",
        3,
        {"name": "photo{n}.png", "url": "https://x.example/{n}.png"},
        "altId",
    ),
    Listed(
        "builders",
        "/emails/builder",
        "builders",
        "offset",
        count=2,
        fields={"name": "Template {n}", "previewUrl": "https://x.example/{n}"},
    ),
    Listed("blogs", "/blogs/site/all", "data", "skip", "_id", 1, {"name": "Blog {n}"}),
    Listed("posts", "/blogs/posts/all", "blogs", "offset", "_id", 2, {"title": "Post {n}"}, below="blogs", by="blogId"),
    Listed(
        "social_posts",
        "/social-media-posting/{l}/posts/list",
        "posts",
        "body_skip",
        "_id",
        2,
        {"summary": "Hi {n}"},
        "",
        "POST",
    ),
    Listed(
        "documents", "/proposals/document", "documents", "skip", "_id", 1, {"name": "Contract {n}", "status": "draft"}
    ),
)
REQUIRED_PAGES = frozenset(
    {"/invoices", "/invoices/schedule", "/invoices/template", "/invoices/estimate/list", "/associations"}
)
