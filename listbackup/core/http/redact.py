"""Takes secrets out of text that is written down: logs, error messages, recorded requests."""

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any

HIDDEN = "[hidden]"
_NAMES = (
    r"(?:access|refresh|id|auth|api|bearer|session|csrf)[_-]?token|token|(?:client[_-]?)?secret|api[_-]?key|apikey|"
    r"hapikey|private[_-]?key|password|passwd|pwd|authorization|code[_-]?verifier|assertion|signature|sig|sessionid"
)
_HEADERS = re.compile(rf"^(?:x-)?(?:.*(?:{_NAMES}|cookie|x-amz-security).*)$", re.IGNORECASE)
_QUERY = re.compile(rf"(?i)([?&;](?:[\w.-]*(?:{_NAMES})|code|key)=)[^&\s#\"'<>]+")
_PAIR = re.compile(
    rf"(?i)([\"']?[\w.-]*(?:{_NAMES})[\"']?\s*[:=]\s*)(?:bearer\s+|basic\s+)?(\"[^\"]*\"|'[^']*'|[^\s,;&}}\]]+)"
)
_SCHEME = re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9._~+/=-]{8,}")
# A field's name in words: "accessToken" and "api-key" are secrets, "assigned" (which holds "sig") is none.
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_SECRET_WORDS = frozenset({"token", "secret", "password", "passwd", "pwd", "authorization", "apikey", "hapikey", "otp"})
_SECRET_KEYS = frozenset({("api", "key"), ("private", "key"), ("secret", "key"), ("access", "key")})
_USERINFO = re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://)[^/\s:@]+:[^/\s@]+@")
_KNOWN = re.compile(
    r"\b(?:pat-[a-z0-9]+-|sk_(?:live|test)_|rk_(?:live|test)_|xox[abprs]-|ghp_|ya29\.|eyJ|lb_)[A-Za-z0-9._-]{8,}"
)
# Addresses of ours whose secret is a part of the path: invitations, what django-allauth mails, webhooks.
_LINKS = re.compile(
    r"(?i)(/(?:invitations(?:/address)?|confirm-email|password/reset/key|hooks)/)(?!address/)[^/\s\"'<>?#]{8,}"
)


def redact(text: str) -> str:
    """`text` without tokens, passwords and keys; also fit for URLs."""
    if len(text) < 6:
        return text
    text = _USERINFO.sub(rf"\1{HIDDEN}@", text)
    text = _QUERY.sub(rf"\1{HIDDEN}", text)
    text = _SCHEME.sub(rf"\1 {HIDDEN}", text)
    text = _LINKS.sub(rf"\1{HIDDEN}", text)
    text = _PAIR.sub(_keep_name, text)
    return _KNOWN.sub(HIDDEN, text)


def _keep_name(match: re.Match[str]) -> str:
    # The pattern ends before a closing bracket, also before that of what is hidden already.
    return match[0] if HIDDEN[:-1] in match[0] else f"{match[1]}{HIDDEN}"


def redact_headers(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers with the values of those that carry secrets hidden."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return {name: HIDDEN if _HEADERS.match(name) else redact(value) for name, value in pairs}


def redact_value(value: Any, known: Collection[str] = ()) -> Any:
    """A copy of decoded JSON without secrets: fields named like one, tokens in texts, and each text of `known`."""
    if isinstance(value, Mapping):
        return {
            name: HIDDEN if item not in (None, "", []) and _names_secret(str(name)) else redact_value(item, known)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [redact_value(item, known) for item in value]
    if not isinstance(value, str):
        return value
    for secret in known:
        if len(secret) >= 4:
            value = value.replace(secret, HIDDEN)
    return redact(value)


def _names_secret(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    if _SECRET_WORDS & set(words):
        return True
    return any(pair in _SECRET_KEYS for pair in pairwise(words))
