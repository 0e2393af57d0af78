"""Addresses that must not be reached, in every disguise."""

import pytest

from listbackup.core.http.guard import Guard, HostRefused, is_public, resolve

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.192",
    "192.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "240.0.0.1",
    "198.18.0.1",
    "::1",
    "::",
    "::7f00:1",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:7f00:1::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "2001:db8::1",
    "fe80::1%eth0",
    "not an address",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_address_is_refused(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(HostRefused):
        Guard(resolver=lambda host, port: [address]).addresses("innocent.example", 443)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "104.16.1.1", "2606:4700::6810:1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_address_passes(address: str) -> None:
    assert Guard(resolver=lambda host, port: [address]).addresses("example.com", 443) == [address]


@pytest.mark.parametrize("host", ["0x7f.1", "2130706433", "127.1", "017700000001", "localhost", "127.0.0.1"])
def test_spellings_of_loopback_are_refused(host: str) -> None:
    with pytest.raises(HostRefused):
        Guard(resolver=resolve).addresses(host, 80)


def test_one_private_address_among_public_ones_is_enough() -> None:
    with pytest.raises(HostRefused):
        Guard(resolver=lambda host, port: ["8.8.8.8", "10.0.0.1"]).addresses("example.com", 443)


@pytest.mark.parametrize("port", [22, 25, 3306, 6379, 8080])
def test_other_ports_are_refused(port: int) -> None:
    with pytest.raises(HostRefused):
        Guard(resolver=lambda host, port: ["8.8.8.8"]).addresses("example.com", port)


@pytest.mark.parametrize("entry", ["intra.example", "intra.example:8443", "10.0.0.0/8", "10.0.0.7"])
def test_allowed_hosts_are_reached(entry: str) -> None:
    guard = Guard([entry], resolver=lambda host, port: ["10.0.0.7"])
    assert guard.addresses("intra.example", 8443) == ["10.0.0.7"]


def test_allowing_one_port_does_not_allow_another() -> None:
    with pytest.raises(HostRefused):
        Guard(["intra.example:8443"], resolver=lambda host, port: ["10.0.0.7"]).addresses("intra.example", 80)
