"""Where a request comes from: address and device, known to everything that is written down while it runs."""

import ipaddress
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Origin:
    """`device` is short and readable: "Firefox on Windows"."""

    ip: str | None = None
    device: str = ""


NOWHERE = Origin()
_CURRENT: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)

# The first that fits counts: Edge and Opera also say that they are Chrome, and Chrome that it is Safari.
_PROGRAMS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Version/[\d.]+.*Safari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("macOS", r"Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)
_OWN_NAME = re.compile(r"(?!Mozilla)[A-Za-z][\w.+-]{0,39}")


@contextmanager
def bound(request: HttpRequest) -> Iterator[None]:
    """Makes the request's origin the present one within the block."""
    token = _CURRENT.set(Origin(client_ip(request), device_of(request.META.get("HTTP_USER_AGENT", "")[:400])))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def current() -> Origin:
    return _CURRENT.get()


def client_ip(request: HttpRequest) -> str | None:
    """The caller's address: what the outermost trusted proxy saw (`TRUSTED_PROXY_COUNT`), else who is connected."""
    try:
        return clean_ip(get_adapter().get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied):  # it came past the proxies, or over a unix socket
        return clean_ip(request.META.get("REMOTE_ADDR", ""))


def clean_ip(text: str) -> str | None:
    """The address in its one spelling; None for what is none (a unix socket's peer has no address)."""
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


@lru_cache(maxsize=1024)
def device_of(user_agent: str) -> str:
    """ "Chrome on Android" of a browser; of another program its own name; "" when it says nothing."""
    system = next((name for name, sign in _SYSTEMS if re.search(sign, user_agent)), "")
    program = next((name for name, sign in _PROGRAMS if re.search(sign, user_agent)), "")
    if not program:
        own = _OWN_NAME.match(user_agent)
        program = own[0] if own else ""
    return f"{program} on {system}" if program and system else program or system
