"""Fills placeholders of requests.

`{config.NAME}`, `{vars.NAME}`, `{parent.FIELD}`, `{lookup.NAME}`, `{since}`, `{until}`, `{last_key}`. A text that is
nothing but a placeholder takes the value as it is (a list stays a list). A query parameter, and a mapping in a list,
whose placeholder has no value yet is left out: so the first page and later ones are one description.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from integrations.connector.errors import RequestRefused
from integrations.connector.model import PLACEHOLDER

ABSENT: Any = object()
Values = Mapping[str, Any]


def names_in(value: Any) -> set[str]:
    """Every placeholder's name in a template of any shape."""
    if isinstance(value, str):
        return set(PLACEHOLDER.findall(value))
    if isinstance(value, Mapping):
        return set().union(*(names_in(item) for item in value.values())) if value else set()
    if isinstance(value, list | tuple):
        return set().union(*(names_in(item) for item in value)) if value else set()
    return set()


def fill(template: Any, values: Values) -> Any:
    """The filled template, or ABSENT when a placeholder in it has no value."""
    if isinstance(template, str):
        return _fill_text(template, values) if "{" in template else template
    if isinstance(template, Mapping):
        filled = {key: fill(item, values) for key, item in template.items()}
        return ABSENT if any(item is ABSENT for item in filled.values()) else filled
    if isinstance(template, list | tuple):
        return [item for item in (fill(one, values) for one in template) if item is not ABSENT]
    return template


def fill_query(template: Values, values: Values) -> dict[str, Any]:
    filled = {name: fill(item, values) for name, item in template.items()}
    return {name: item for name, item in filled.items() if item is not ABSENT}


def fill_path(template: str, values: Values) -> str:
    """A URL's path; values are escaped and can never add a segment. Raises RequestRefused for a missing value."""

    def replace(match: re.Match[str]) -> str:
        value = values.get(match[1], ABSENT)
        if value is ABSENT or value is None or value == "":
            raise RequestRefused(f"The path {template} needs a value for {match[1]}.")
        text = quote(str(value), safe="")
        return text.replace(".", "%2E") if text in (".", "..") else text

    return PLACEHOLDER.sub(replace, template) if "{" in template else template


def fill_plain(template: str, values: Values) -> str:
    """Text such as a base URL, without escaping. Raises RequestRefused for a missing value."""
    filled = fill(template, values)
    if filled is ABSENT or not isinstance(filled, str):
        raise RequestRefused(f"{template} needs a value that is not set.", remedy="Fill in the connection's settings.")
    return filled


def _fill_text(template: str, values: Values) -> Any:
    whole = PLACEHOLDER.fullmatch(template)
    if whole:
        found = values.get(whole[1], ABSENT)
        return ABSENT if found is None else found
    missing = False

    def replace(match: re.Match[str]) -> str:
        nonlocal missing
        value = values.get(match[1], ABSENT)
        if value is ABSENT or value is None:
            missing = True
            return ""
        return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

    text = PLACEHOLDER.sub(replace, template)
    return ABSENT if missing else text


def set_vars(template: Any, values: Mapping[str, str]) -> Any:
    """`{vars.NAME}` replaced for good, when a stream is made of a template; other placeholders stay."""
    if isinstance(template, str):
        return PLACEHOLDER.sub(
            lambda match: values.get(match[1][5:], match[0]) if match[1].startswith("vars.") else match[0], template
        )
    if isinstance(template, Mapping):
        return {key: set_vars(item, values) for key, item in template.items()}
    if isinstance(template, list | tuple):
        return [set_vars(item, values) for item in template]
    return template
