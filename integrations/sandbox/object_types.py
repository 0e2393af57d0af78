"""The CRM object types of the imitated account: names, ids, id ranges, date fields and scopes."""

from dataclasses import dataclass

from integrations.sandbox.config import HUB_ID

RANGE = 100_000_000_000  # ids of one type lie in [first_id, first_id + RANGE)


@dataclass(frozen=True, slots=True)
class ObjectType:
    """`share` is the number of records of this type in a thousand; `fixed` a number that does not grow."""

    name: str
    singular: str
    type_id: str
    index: int
    share: int = 0
    fixed: int = 0
    read_scopes: tuple[str, ...] = ()
    write_scopes: tuple[str, ...] = ()
    modified: str = "hs_lastmodifieddate"
    created: str = "hs_createdate"
    unique: str = ""
    defaults: tuple[str, ...] = ()
    custom: bool = False

    @property
    def first_id(self) -> int:
        return self.index * RANGE

    @property
    def end_id(self) -> int:
        return self.first_id + RANGE

    def url(self, record_id: int) -> str:
        if self.name == "tasks":
            return f"https://app-eu1.hubspot.com/tasks/{HUB_ID}/view/all/task/{record_id}"
        return f"https://app-eu1.hubspot.com/contacts/{HUB_ID}/record/{self.type_id}/{record_id}"


def _scopes(*names: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        tuple(f"crm.objects.{name}.read" for name in names),
        tuple(f"crm.objects.{name}.write" for name in names),
    )


_CONTACTS = _scopes("contacts")


def _type(
    name: str,
    singular: str,
    type_id: str,
    index: int,
    scopes: tuple[tuple[str, ...], tuple[str, ...]],
    *,
    share: int = 0,
    fixed: int = 0,
    created: str = "hs_createdate",
    modified: str = "hs_lastmodifieddate",
    unique: str = "",
    defaults: tuple[str, ...] = (),
    custom: bool = False,
) -> ObjectType:
    return ObjectType(
        name=name,
        singular=singular,
        type_id=type_id,
        index=index,
        share=share,
        fixed=fixed,
        read_scopes=scopes[0],
        write_scopes=scopes[1],
        modified=modified,
        created=created,
        unique=unique,
        defaults=tuple(sorted((*defaults, created, modified, "hs_object_id"))),
        custom=custom,
    )


def _either(name: str, *others: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    read, write = _scopes(name)
    return (*read, *others), (*write, *others)


_COMMERCE_TYPES = (
    ("orders", "order", "0-123", 20, "orders"),
    ("carts", "cart", "0-142", 21, "carts"),
    ("invoices", "invoice", "0-53", 22, "invoices"),
    ("discounts", "discount", "0-84", 23, "line_items"),
    ("fees", "fee", "0-85", 24, "line_items"),
    ("taxes", "tax", "0-86", 25, "line_items"),
    ("commerce_payments", "commerce_payment", "0-101", 26, "commercepayments"),
    ("subscriptions", "subscription", "0-69", 27, "subscriptions"),
)

OBJECT_TYPES: tuple[ObjectType, ...] = (
    _type(
        "contacts", "contact", "0-1", 7, _CONTACTS, share=600, created="createdate", modified="lastmodifieddate",
        unique="email", defaults=("firstname", "lastname", "email"),
    ),
    _type("companies", "company", "0-2", 4, _scopes("companies"), share=120, created="createdate",
          defaults=("name", "domain")),
    _type("deals", "deal", "0-3", 5, _scopes("deals"), share=80, created="createdate",
          defaults=("dealname", "amount", "closedate", "pipeline", "dealstage")),
    _type("tickets", "ticket", "0-5", 3, (("tickets", "crm.objects.tickets.read"), ("tickets", "crm.objects.tickets.write")),
          share=40, created="createdate", defaults=("subject", "content", "hs_pipeline", "hs_pipeline_stage")),
    _type("products", "product", "0-7", 8, _either("products", "e-commerce"), share=20, created="createdate",
          defaults=("name", "description", "price")),
    _type("line_items", "line_item", "0-8", 9, _either("line_items", "e-commerce"), share=40, created="createdate",
          defaults=("quantity", "amount", "price")),
    _type("quotes", "quote", "0-14", 10, _scopes("quotes"), share=5, defaults=("hs_title", "hs_expiration_date")),
    _type("calls", "call", "0-48", 11, _CONTACTS, share=15),
    _type("emails", "email", "0-49", 12, _CONTACTS, share=20),
    _type("meetings", "meeting_event", "0-47", 13, _CONTACTS, share=10),
    _type("notes", "note", "0-46", 14, _CONTACTS, share=20),
    _type("tasks", "task", "0-27", 15, _CONTACTS, share=15),
    _type("leads", "lead", "0-136", 16, _scopes("leads"), share=5, defaults=("hs_lead_name",)),
    _type("communications", "communication", "0-18", 17, _CONTACTS, fixed=4),
    _type("postal_mail", "postal_mail", "0-116", 18, _CONTACTS, fixed=2),
    _type("users", "user", "0-115", 19, _scopes("users"), fixed=6),
    *(_type(n, s, i, x, _either(scope, "e-commerce"), fixed=3) for n, s, i, x, scope in _COMMERCE_TYPES),
    _type("goal_targets", "goal_target", "0-74", 28, _scopes("goals"), fixed=3),
    _type("feedback_submissions", "feedback_submission", "0-19", 29, _scopes("feedback_submissions"), fixed=3),
    _type("pets", "pet", "2-3465404", 30, _scopes("custom"), share=5, custom=True, defaults=("pet_name",)),
    _type("subscriptions_x", "subscription_x", "2-3465405", 31, _scopes("custom"), share=5, custom=True,
          defaults=("plan_name",)),
)  # fmt: skip

BY_NAME: dict[str, ObjectType] = {kind.name: kind for kind in OBJECT_TYPES}
_BY_ANY: dict[str, ObjectType] = {
    key: kind
    for kind in OBJECT_TYPES
    for key in (
        kind.name,
        kind.singular,
        kind.type_id,
        *((f"p{HUB_ID}_{kind.name}", f"p_{kind.name}") if kind.custom else ()),
        *(("goals",) if kind.name == "goal_targets" else ()),
        *(("meeting",) if kind.name == "meetings" else ()),
        *(("subscriptions_v2", "commerce_subscriptions") if kind.name == "subscriptions" else ()),
    )
}


def find_type(name: str) -> ObjectType | None:
    """By plural, singular, object type id or fully qualified name."""
    return _BY_ANY.get(name) or _BY_ANY.get(name.lower())


def type_of_id(record_id: int) -> ObjectType | None:
    """The type whose id range holds the id."""
    index = record_id // RANGE
    return next((kind for kind in OBJECT_TYPES if kind.index == index), None)
