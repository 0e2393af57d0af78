"""Domains of e-mail addresses, written one way: lower case, international names in their ASCII form."""

import re

from listbackup.core.errors import InvalidInput

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z")


def domain_of(email: str) -> str:
    """The domain of an address, or an empty string when it has none that could be."""
    _, at, domain = email.strip().rpartition("@")
    return _ascii(domain) if at else ""


def clean_domain(text: str) -> str:
    """What a person typed, as a domain. Raises InvalidInput."""
    domain = _ascii(text.replace("\0", "").strip().removeprefix("@"))
    labels = domain.split(".")
    usual = len(labels) > 1 and all(_LABEL.match(label) for label in labels) and not labels[-1].isdigit()
    if not usual or len(domain) > 253:
        raise InvalidInput(
            "This is no domain.", fields={"domain": ["Write what stands behind the @, such as example.com."]}
        )
    return domain


def _ascii(domain: str) -> str:
    try:
        return domain.rstrip(".").lower().encode("idna").decode("ascii")
    except UnicodeError:
        return ""
