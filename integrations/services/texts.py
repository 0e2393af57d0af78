"""Text of platforms before it is stored: PostgreSQL keeps no NUL, UTF-8 has no lone surrogates."""

from collections.abc import Iterable, Mapping

from listbackup.core.text import encodable


def clean_text(value: object, limit: int) -> str:
    text = encodable(str(value)).replace("\x00", "")
    return text.strip()[:limit]


def clean_list(values: Iterable[object], limit: int = 300) -> list[str]:
    """Sorted, each once."""
    return sorted({clean_text(value, 200) for value in list(values or [])[:limit]})


def clean_map(values: Mapping[str, object], limit: int = 300) -> dict[str, str]:
    return {clean_text(key, 200): clean_text(value, 500) for key, value in list((values or {}).items())[:limit]}
