"""Search bodies as SQL conditions."""

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.clock import to_ms
from integrations.sandbox.http import ApiError
from integrations.sandbox.object_types import ObjectType

GROUPS_MOST, FILTERS_MOST, ALL_FILTERS_MOST = 5, 6, 18
QUERY_MOST = 3000
_COMPARE = {"EQ": "=", "NEQ": "!=", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
# What `query` looks into, by type; the first two letters of the default properties otherwise.
_SEARCHED = {
    "contacts": ("firstname", "lastname", "email", "phone", "company"),
    "companies": ("name", "domain", "phone", "website"),
    "deals": ("dealname", "description"),
    "tickets": ("subject", "content"),
    "products": ("name", "hs_sku", "description"),
}


@dataclass(frozen=True, slots=True)
class Query:
    """SQL of one search. `scans`: reads documents rather than indexes."""

    where: str
    values: tuple[Any, ...]
    order: str
    order_values: tuple[Any, ...]
    scans: bool


def build_query(kind: ObjectType, names: tuple[str, ...], body: dict[str, Any]) -> Query:
    """Raises ApiError 400 for unknown properties, operators and too many filters."""
    groups = body.get("filterGroups") or ([{"filters": body["filters"]}] if body.get("filters") else [])
    _check_size(groups)
    where, values = "type = ? AND archived = 0", [kind.index]
    scans = False
    either: list[str] = []
    for group in groups:
        both: list[str] = []
        for one in group.get("filters") or []:
            sql, more, scan = _condition(kind, names, one)
            both.append(sql)
            values.extend(more)
            scans = scans or scan
        either.append(" AND ".join(both) or "1")
    if either:
        where += " AND (" + " OR ".join(f"({one})" for one in either) + ")"
    text = str(body.get("query") or "").strip()
    if text:
        sql, more = _text_query(kind, names, text)
        where += f" AND {sql}"
        values.extend(more)
        scans = True
    order, order_values, sort_scans = _order(kind, names, body.get("sorts"))
    return Query(where, tuple(values), order, order_values, scans or sort_scans)


def _check_size(groups: Any) -> None:
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        raise ApiError(400, "Invalid input JSON: filterGroups must be a list of objects", "VALIDATION_ERROR")
    counts = [len(group.get("filters") or []) for group in groups]
    if len(groups) > GROUPS_MOST or any(count > FILTERS_MOST for count in counts) or sum(counts) > ALL_FILTERS_MOST:
        raise ApiError(
            400,
            f"Too many filters: at most {GROUPS_MOST} groups of {FILTERS_MOST} and {ALL_FILTERS_MOST} in all.",
            "VALIDATION_ERROR",
        )


def _column(kind: ObjectType, name: str) -> str | None:
    """The indexed column that holds a property."""
    return {kind.modified: "modified", kind.created: "created", "hs_object_id": "id"}.get(name)


def _known(kind: ObjectType, names: tuple[str, ...], name: str) -> None:
    # hs_lastmodifieddate on contacts is accepted and finds nothing: HubSpot's own trap.
    if name not in names and name != "hs_lastmodifieddate":
        raise ApiError(
            400,
            "There was a problem with the request.",
            "VALIDATION_ERROR",
            extra={
                "errors": [
                    {"message": f"Property '{name}' does not exist on {kind.name}", "code": "PROPERTY_DOESNT_EXIST"}
                ]
            },
        )


def _condition(kind: ObjectType, names: tuple[str, ...], one: Any) -> tuple[str, list[Any], bool]:
    if not isinstance(one, dict) or not isinstance(one.get("propertyName"), str):
        raise ApiError(400, "Invalid input JSON: a filter needs a propertyName", "VALIDATION_ERROR")
    name, operator = one["propertyName"], str(one.get("operator") or "EQ")
    _known(kind, names, name)
    column = _column(kind, name)
    if column:
        return _on_column(column, operator, one)
    return _on_property(name, operator, one)


def _on_column(column: str, operator: str, one: dict[str, Any]) -> tuple[str, list[Any], bool]:
    """Dates and ids: numbers in an index."""
    if operator in _COMPARE:
        return f"{column} {_COMPARE[operator]} ?", [_number(one.get("value"))], False
    if operator == "BETWEEN":
        return f"{column} BETWEEN ? AND ?", [_number(one.get("value")), _number(one.get("highValue"))], False
    if operator in ("IN", "NOT_IN"):
        values = [_number(value) for value in _values(one)]
        word = "IN" if operator == "IN" else "NOT IN"
        return f"{column} {word} ({','.join('?' * len(values))})", values, False
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return ("1" if operator == "HAS_PROPERTY" else "0"), [], False
    raise ApiError(400, f"Operator {operator} is not supported for this property", "VALIDATION_ERROR")


def _on_property(name: str, operator: str, one: dict[str, Any]) -> tuple[str, list[Any], bool]:
    """Other properties: read from the document, compared as numbers when the value is one, else without case."""
    field, path = "json_extract(doc, ?)", f'$.properties."{name}"'
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return f"{field} IS {'NOT ' if operator == 'HAS_PROPERTY' else ''}NULL", [path], True
    if operator in ("IN", "NOT_IN"):
        values = [str(value).lower() for value in _values(one)]
        marks = ",".join("?" * len(values))
        if operator == "IN":
            return f"lower({field}) IN ({marks})", [path, *values], True
        return f"coalesce(lower({field}), '') NOT IN ({marks})", [path, *values], True
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return _token(field, path, operator, str(one.get("value") or ""))
    value = one.get("value")
    if value is None:
        raise ApiError(400, f"Operator {operator} requires a value", "VALIDATION_ERROR")
    if operator == "BETWEEN":
        return f"CAST({field} AS REAL) BETWEEN ? AND ?", [path, _number(value), _number(one.get("highValue"))], True
    if operator == "EQ":
        return f"lower({field}) = ?", [path, str(value).lower()], True
    if operator == "NEQ":
        return f"coalesce(lower({field}), '') != ?", [path, str(value).lower()], True
    if operator in _COMPARE:
        try:
            return f"CAST({field} AS REAL) {_COMPARE[operator]} ?", [path, float(value)], True
        except ValueError:
            return f"{field} {_COMPARE[operator]} ?", [path, str(value)], True
    raise ApiError(400, f"Operator {operator} is not known", "VALIDATION_ERROR")


def _token(field: str, path: str, operator: str, text: str) -> tuple[str, list[Any], bool]:
    plain = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = plain.replace("*", "%")
    if "*" not in text:
        pattern = f"%{plain}%"
    word = "NOT LIKE" if operator.startswith("NOT") else "LIKE"
    return f"coalesce(lower({field}), '') {word} ? ESCAPE '\\'", [path, pattern], True


def _text_query(kind: ObjectType, names: tuple[str, ...], text: str) -> tuple[str, list[Any]]:
    if len(text) > QUERY_MOST:
        raise ApiError(400, f"The query is longer than {QUERY_MOST} characters", "VALIDATION_ERROR")
    fields = _SEARCHED.get(kind.name) or tuple(name for name in kind.defaults if name in names)
    values: list[Any] = []
    every: list[str] = []
    for word in text.lower().split():
        any_of: list[str] = []
        for name in fields:
            any_of.append("lower(json_extract(doc, ?)) LIKE ? ESCAPE '\\'")
            escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            values += [f'$.properties."{name}"', f"%{escaped}%"]
        every.append("(" + " OR ".join(any_of) + ")")
    return "(" + " AND ".join(every) + ")", values


def _order(kind: ObjectType, names: tuple[str, ...], sorts: Any) -> tuple[str, tuple[Any, ...], bool]:
    """HubSpot takes one sort; without any, the oldest record comes first."""
    if not sorts:
        return "id", (), False
    first = sorts[0] if isinstance(sorts, list) else sorts
    if isinstance(first, str):
        name, descending = first.lstrip("-"), first.startswith("-")
    elif isinstance(first, dict):
        name, descending = str(first.get("propertyName") or ""), first.get("direction") == "DESCENDING"
    else:
        raise ApiError(400, "Invalid input JSON: sorts must hold objects", "VALIDATION_ERROR")
    _known(kind, names, name)
    word = "DESC" if descending else "ASC"
    column = _column(kind, name)
    if column:
        return f"{column} {word}, id {word}", (), False
    return f"json_extract(doc, ?) {word}, id {word}", (f'$.properties."{name}"',), True


def _values(one: dict[str, Any]) -> list[Any]:
    values = one.get("values")
    if not isinstance(values, list) or not values:
        raise ApiError(400, "Operators IN and NOT_IN require values", "VALIDATION_ERROR")
    return values


def _number(value: Any) -> int:
    try:
        return to_ms(str(value))
    except ValueError:
        raise ApiError(400, f"{str(value)[:40]} is not a number or a date", "VALIDATION_ERROR") from None
