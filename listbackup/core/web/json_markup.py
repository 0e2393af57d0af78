"""JSON as HTML with keys, strings, numbers and literals in spans, for the record pages."""

import json
import re

from django.utils.html import escape

_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([{}\[\],])')


def _span(match: re.Match[str]) -> str:
    text, colon, number, literal, punctuation = match.groups()
    if text is not None:
        kind = "k" if colon else "s"
        return f'<span class="{kind}">{escape(text)}</span>{colon or ""}'
    kind, token = ("n", number) if number else ("l", literal) if literal else ("p", punctuation)
    return f'<span class="{kind}">{escape(token)}</span>'


def markup(value: object) -> str:
    """Safe HTML of `value`, indented by two. Every token of the JSON text is matched, so nothing passes unescaped."""
    return _TOKEN.sub(_span, json.dumps(value, indent=2, ensure_ascii=False, default=str))
