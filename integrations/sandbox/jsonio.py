"""JSON in and out: orjson, with the standard library where orjson refuses.

Records with a lone surrogate are among the bad input that the sandbox can serve; only the standard library
reads and writes those.
"""

import json
from typing import Any

import orjson


def loads(data: bytes | str) -> Any:
    """Parse JSON. Raises ValueError when it is not JSON."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)


def dumps(value: Any) -> bytes:
    """Write compact JSON, UTF-8; lone surrogates come out as \\uXXXX escapes."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")
