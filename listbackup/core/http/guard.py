"""Where outgoing requests may go. Addresses are checked after resolving, and the checked address is the one dialled.

`ipaddress` alone is no guard: shared address space, NAT64, 6to4 and mapped addresses all hide private targets.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable

from listbackup.core.errors import PlatformError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]
PORTS = frozenset({80, 443})
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_IETF = ipaddress.IPv4Network("192.0.0.0/24")


class HostRefused(PlatformError):
    """The target is not one that requests may reach. Nothing was sent."""

    code = "host.refused"
    kind = "customer"
    remedy = "Use a public address, or add the host to ALLOWED_PRIVATE_HOSTS when it is yours."


class HostUnknown(PlatformError):
    """The name does not resolve."""

    code = "host.unknown"
    kind = "platform"
    remedy = "Check the address; if it is right, the name service may be failing."


def inner_addresses(address: IPAddress) -> Iterable[IPAddress]:
    """The address and every IPv4 address that is wrapped in it."""
    yield address
    if not isinstance(address, ipaddress.IPv6Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if any(address in network for network in _NAT64) or address in _COMPATIBLE:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def is_public(text: str) -> bool:
    """Whether an IP address, and whatever is wrapped in it, is reachable by everybody."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if "%" in text:
        return False
    for inner in inner_addresses(address):
        if isinstance(inner, ipaddress.IPv4Address) and inner in _IETF:
            return False
        # Of a mapped or NAT64 address only the IPv4 address in it says where it leads.
        wrapper = isinstance(inner, ipaddress.IPv6Address) and (inner.ipv4_mapped is not None or inner in _NAT64[0])
        if not wrapper and (not inner.is_global or inner.is_multicast or inner.is_reserved):
            return False
    return True


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host by the system's resolver. Raises HostUnknown."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HostUnknown(f"{host} could not be resolved: {error}") from None
    return list(dict.fromkeys(str(item[4][0]) for item in found))


class Guard:
    """Decides by host, port and resolved address.

    `allowed` holds host names, `host:port`, addresses or networks (`10.0.0.0/8`) that are reached in spite of being
    private, and on any port.
    """

    def __init__(self, allowed: Iterable[str] = (), *, resolver: Resolver = resolve) -> None:
        self._names: set[str] = set()
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        self._resolver = resolver
        for entry in allowed:
            try:
                self._networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                self._names.add(entry.lower())

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses that may be dialled. Raises HostRefused or HostUnknown."""
        name = host.lower().rstrip(".")
        named = name in self._names or f"{name}:{port}" in self._names
        found = self._resolver(host, port)
        if not found:
            raise HostUnknown(f"{host} has no address.")
        if named:
            return found
        inside = all(self._in_networks(address) for address in found)
        if not inside:
            if port not in PORTS:
                raise HostRefused(f"Port {port} of {host} is refused: only 80 and 443 are allowed.")
            # One private address among public ones is enough: such an answer is an attack or a mistake.
            refused = [one for one in found if not is_public(one) and not self._in_networks(one)]
            if refused:
                raise HostRefused(f"{host} is refused: it leads to {refused[0]}, which is not a public address.")
        return found

    def _in_networks(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return any(parsed.version == network.version and parsed in network for network in self._networks)
