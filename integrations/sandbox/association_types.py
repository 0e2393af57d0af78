"""HubSpot's association types between objects: ids, names, labels."""

from dataclasses import dataclass

from integrations.sandbox.object_types import BY_NAME, ObjectType


@dataclass(frozen=True, slots=True)
class AssociationType:
    """One direction of one kind of association. `label` None: unlabelled."""

    type_id: int
    source: str
    target: str
    name: str
    label: str | None
    category: str = "HUBSPOT_DEFINED"


def _pair(
    source: str, target: str, there: int, back: int, label: str | None = None, category: str = "HUBSPOT_DEFINED"
) -> tuple[AssociationType, AssociationType]:
    one, other = BY_NAME[source].singular, BY_NAME[target].singular
    suffix = (
        "_unlabeled" if label is None and category == "HUBSPOT_DEFINED" and (source, target) in _WITH_PRIMARY else ""
    )
    if label and category == "USER_DEFINED":
        suffix = f"_{label.lower().replace(' ', '_')}"
    return (
        AssociationType(there, source, target, f"{one}_to_{other}{suffix}", label, category),
        AssociationType(back, target, source, f"{other}_to_{one}{suffix}", label, category),
    )


_WITH_PRIMARY = {("contacts", "companies"), ("deals", "companies"), ("tickets", "companies")}
_FIXED = (
    _pair("contacts", "companies", 279, 280),
    _pair("contacts", "companies", 1, 2, "Primary"),
    _pair("contacts", "companies", 36, 37, "Decision maker", "USER_DEFINED"),
    _pair("deals", "contacts", 3, 4),
    _pair("deals", "companies", 341, 342),
    _pair("deals", "companies", 5, 6, "Primary"),
    _pair("tickets", "contacts", 16, 15),
    _pair("tickets", "companies", 339, 340),
    _pair("tickets", "companies", 26, 25, "Primary"),
    _pair("tickets", "deals", 28, 27),
    _pair("deals", "line_items", 19, 20),
    _pair("quotes", "deals", 64, 63),
    _pair("quotes", "line_items", 67, 68),
    _pair("calls", "contacts", 194, 193),
    _pair("calls", "companies", 182, 181),
    _pair("calls", "deals", 206, 205),
    _pair("emails", "contacts", 198, 197),
    _pair("emails", "companies", 186, 185),
    _pair("emails", "deals", 210, 209),
    _pair("meetings", "contacts", 200, 199),
    _pair("meetings", "companies", 188, 187),
    _pair("meetings", "deals", 212, 211),
    _pair("notes", "contacts", 202, 201),
    _pair("notes", "companies", 190, 189),
    _pair("notes", "deals", 214, 213),
    _pair("tasks", "contacts", 204, 203),
    _pair("tasks", "companies", 192, 191),
    _pair("tasks", "deals", 216, 215),
    _pair("leads", "contacts", 578, 579, "Primary"),
    _pair("leads", "companies", 610, 611, "Primary"),
    _pair("pets", "contacts", 1201, 1202, None, "USER_DEFINED"),
    _pair("subscriptions_x", "companies", 1203, 1204, None, "USER_DEFINED"),
    _pair("communications", "contacts", 81, 82),
    _pair("postal_mail", "contacts", 453, 454),
)
ALL: tuple[AssociationType, ...] = tuple(one for pair in _FIXED for one in pair)
BY_ID: dict[int, AssociationType] = {one.type_id: one for one in ALL}
REVERSE: dict[int, int] = {
    a: b for one, other in _FIXED for a, b in ((one.type_id, other.type_id), (other.type_id, one.type_id))
}


def between(source: ObjectType, target: ObjectType) -> list[AssociationType]:
    """All types from one object type to another."""
    return [one for one in ALL if one.source == source.name and one.target == target.name]


def default_between(source: ObjectType, target: ObjectType) -> AssociationType | None:
    """The unlabelled type, else the first one; None when the two cannot be associated."""
    found = between(source, target)
    return next((one for one in found if one.label is None), found[0] if found else None)
