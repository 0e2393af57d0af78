"""Asks the name service, with short limits of time."""

from collections.abc import Callable

import dns.exception
import dns.name
import dns.resolver
from django.conf import settings

from listbackup.core.errors import Unavailable

MOST_SERVERS = 4  # of a zone that are asked
Lookup = Callable[[str], list[str]]


def txt_records(name: str) -> list[str]:
    """The texts at that name, none when there is no such name. Raises Unavailable when nobody answers."""
    return records(name, "TXT")


def records(name: str, kind: str, *, fresh: bool = False) -> list[str]:
    """What stands at that name: texts of TXT, names without the last dot of CNAME, addresses of A and AAAA.

    `fresh` asks the servers that the zone itself names, so that a record made a minute ago is seen; where NAME_SERVERS
    are set, those are asked. Raises Unavailable when nobody answers.
    """
    try:
        resolver = _of_the_zone(name) if fresh and not settings.NAME_SERVERS else _resolver()
        answer = resolver.resolve(name, kind, lifetime=settings.NAME_SERVICE_SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise Unavailable(
            f"The name service did not answer for {name}.",
            code="dns.unavailable",
            remedy="Try again in some minutes.",
        ) from error
    return [_text(record) for record in answer]


def _text(record: object) -> str:
    strings = getattr(record, "strings", None)
    if strings is not None:
        return b"".join(strings).decode("utf-8", "replace")
    return str(record).rstrip(".").lower()


def _resolver() -> dns.resolver.Resolver:
    """The system's, or NAME_SERVERS (`address` or `address:port`)."""
    if not settings.NAME_SERVERS:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    servers = [
        server.rpartition(":") if server.count(":") == 1 else (server, "", "") for server in settings.NAME_SERVERS
    ]
    resolver.nameservers = [host for host, _, _ in servers]
    resolver.nameserver_ports = {host: int(port) for host, _, port in servers if port}
    return resolver


def _of_the_zone(name: str) -> dns.resolver.Resolver:
    """Asks the servers of the zone that the name is in; the usual ones when they have no address."""
    usual = _resolver()
    zone = dns.resolver.zone_for_name(dns.name.from_text(name), resolver=usual, lifetime=settings.NAME_SERVICE_SECONDS)
    hosts = [str(record.target) for record in usual.resolve(zone, "NS", lifetime=settings.NAME_SERVICE_SECONDS)][
        :MOST_SERVERS
    ]
    addresses: list[str] = []
    for host in hosts:
        try:
            addresses += [str(record) for record in usual.resolve(host, "A", lifetime=settings.NAME_SERVICE_SECONDS)]
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            continue
    if not addresses:
        return usual
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = list(addresses)
    return resolver
