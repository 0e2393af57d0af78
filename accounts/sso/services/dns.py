"""Asks the name service for TXT records, with short limits of time."""

from collections.abc import Callable

import dns.exception
import dns.resolver
from django.conf import settings

from listbackup.core.errors import Unavailable

SECONDS = 5.0
Lookup = Callable[[str], list[str]]


def txt_records(name: str) -> list[str]:
    """The texts at that name, none when there is no such name. Raises Unavailable when nobody answers."""
    try:
        answer = _resolver().resolve(name, "TXT", lifetime=SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise Unavailable(
            f"The name service did not answer for {name}.",
            code="dns.unavailable",
            remedy="Try again in some minutes.",
        ) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def _resolver() -> dns.resolver.Resolver:
    """The system's, or SSO_NAME_SERVERS (`address` or `address:port`)."""
    if not settings.SSO_NAME_SERVERS:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    servers = [
        server.rpartition(":") if server.count(":") == 1 else (server, "", "") for server in settings.SSO_NAME_SERVERS
    ]
    resolver.nameservers = [host for host, _, _ in servers]
    resolver.nameserver_ports = {host: int(port) for host, _, port in servers if port}
    return resolver
