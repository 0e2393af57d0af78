"""The JSON parser: strict, bounded, and without the inputs that PostgreSQL cannot keep."""

from typing import Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 64


class StrictJSONParser(JSONParser):
    """UTF-8 JSON only; refuses NUL, lone surrogates, NaN, numbers over 64 bits and nesting deeper than 64 with 400."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        body = stream.read()
        if len(body) == 0:
            return {}
        if _deeper_than(body, MAX_DEPTH):
            raise ParseError(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
        try:
            value = orjson.loads(body)  # refuses lone surrogates, NaN and Infinity by itself
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not JSON: {error}") from None
        if b"\\u0000" in body and _holds_nul(value):
            raise ParseError("The JSON holds the character NUL, which cannot be stored.")
        return value


def _deeper_than(body: bytes, limit: int) -> bool:
    """Whether brackets outside of strings nest deeper than `limit`."""
    if body.count(b"[") + body.count(b"{") <= limit:
        return False
    depth, inside, escaped = 0, False, False
    for byte in body:
        if inside:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                inside = False
        elif byte == 0x22:
            inside = True
        elif byte in (0x5B, 0x7B):
            depth += 1
            if depth > limit:
                return True
        elif byte in (0x5D, 0x7D):
            depth -= 1
    return False


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(_holds_nul(item) for item in value)
