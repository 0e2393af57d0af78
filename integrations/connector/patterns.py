"""Regular expressions that people write in manifests. RE2 takes linear time, whatever the pattern and the text."""

from functools import lru_cache
from typing import Any

import re2

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 1 << 20


def fits(pattern: str, value: str) -> bool:
    """Whether the whole of `value` fits. Raises nothing for a pattern of a checked manifest."""
    return _compiled(pattern).fullmatch(value) is not None


def problem_of(pattern: str) -> str:
    """What is wrong with a pattern, for people; "" when it can be used."""
    try:
        _compiled(pattern)
    except re2.error as error:
        told = error.args[0] if error.args else "cannot be used"
        text = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
        return f"{text}; patterns are RE2's, without look-around and back-references"
    return ""


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern, options=_OPTIONS)
