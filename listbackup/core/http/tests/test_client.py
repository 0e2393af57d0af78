"""The outgoing client: where it goes, how much it takes, how long it waits."""

import logging
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from listbackup.core.http.client import BodyDamaged, BodyTooLarge, HttpSettings, build_client, rewritten
from listbackup.core.http.guard import HostRefused
from listbackup.testing.web_server import Answer, serving

LOCAL = frozenset({"127.0.0.1"})


def test_a13_private_host_gets_no_byte() -> None:
    with serving(lambda asked: {}) as server, build_client(HttpSettings()) as client:
        with pytest.raises(HostRefused):
            client.get(server.url)
        assert server.asked == []


def test_a13_rebinding_is_refused_at_the_moment_of_dialling() -> None:
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    settings = HttpSettings(resolver=lambda host, port: next(answers))
    next(answers)  # what a check beforehand would have seen
    with build_client(settings) as client, pytest.raises(HostRefused):
        client.get("http://rebound.example/")


@pytest.mark.parametrize("url", ["ftp://example.com/", "http:///x", "http://exa mple:99999/", "file:///etc/passwd"])
def test_other_schemes_and_broken_addresses_are_refused(url: str) -> None:
    with build_client(HttpSettings()) as client, pytest.raises(HostRefused):
        client.fetch("GET", url)


def test_user_name_in_the_address_does_not_hide_the_host() -> None:
    with build_client(HttpSettings()) as client, pytest.raises(HostRefused):
        client.fetch("GET", "http://example.com@127.0.0.1/")


def test_redirect_is_handed_back_not_followed() -> None:
    away = Answer(b"", status=302, headers={"Location": "http://169.254.169.254/"})
    with serving(lambda asked: away) as server, build_client(HttpSettings(allowed_private_hosts=LOCAL)) as client:
        assert client.get(server.url).status_code == 302
        assert len(server.asked) == 1


def test_platform_hosts_are_rewritten_with_their_path() -> None:
    with serving(lambda asked: {"path": asked.path, "host": asked.headers["host"], "q": asked.query}) as server:
        hosts = {"api.hubapi.com": f"{server.url}/hubspot"}
        with build_client(HttpSettings(platform_hosts=hosts)) as client:
            found = client.get("https://api.hubapi.com/crm/v3/x?a=1").json()
        assert found == {"path": "/hubspot/crm/v3/x", "host": server.host, "q": {"a": "1"}}
        assert rewritten("https://api.hubapi.com/o?b=2", hosts) == f"{server.url}/hubspot/o?b=2"
        assert rewritten("https://other.example/o", hosts) == "https://other.example/o"


def test_gzip_is_decoded() -> None:
    body = Answer({"a": "x" * 1000}, gzipped=True)
    with serving(lambda asked: body) as server, build_client(HttpSettings(allowed_private_hosts=LOCAL)) as client:
        assert client.get(server.url).json() == {"a": "x" * 1000}


def test_gzip_bomb_is_refused_before_it_is_in_memory() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    answer = Answer(bomb, headers={"Content-Encoding": "gzip"})
    settings = HttpSettings(allowed_private_hosts=LOCAL, max_response_bytes=4 << 20)
    with serving(lambda asked: answer) as server, build_client(settings) as client, pytest.raises(BodyTooLarge):
        client.get(server.url)


@pytest.mark.parametrize("body", [b"not gzip", zlib.compress(b"x" * 1000)[:10]])
def test_damaged_compression_is_refused(body: bytes) -> None:
    answer = Answer(body, headers={"Content-Encoding": "gzip"})
    settings = HttpSettings(allowed_private_hosts=LOCAL)
    with serving(lambda asked: answer) as server, build_client(settings) as client, pytest.raises(BodyDamaged):
        client.get(server.url)


def test_plain_body_past_the_limit_is_refused() -> None:
    settings = HttpSettings(allowed_private_hosts=LOCAL, max_response_bytes=1000)
    body = b"x" * 1001
    with serving(lambda asked: body) as server, build_client(settings) as client, pytest.raises(BodyTooLarge):
        client.get(server.url)


def test_body_shorter_than_announced_is_an_error() -> None:
    answer = Answer(b"x" * 100, cut=50)
    settings = HttpSettings(allowed_private_hosts=LOCAL)
    with serving(lambda asked: answer) as server, build_client(settings) as client, pytest.raises(httpx.ReadError):
        client.get(server.url)


@contextmanager
def dripping(first: bytes) -> Iterator[str]:
    """A server that sends a byte every 20 ms, for ever."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        connection, _ = server.accept()
        connection.recv(65536)
        try:
            connection.sendall(first)
            while not over.wait(0.02):
                connection.sendall(b"x")
        except OSError:
            pass
        finally:
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        over.set()
        thread.join(2)
        server.close()


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-A: "])
def test_a10_slow_drip_ends_at_the_total_deadline(first: bytes) -> None:
    settings = HttpSettings(allowed_private_hosts=LOCAL, total_timeout=0.15, read_timeout=5)
    started = time.monotonic()
    with dripping(first) as url, build_client(settings) as client, pytest.raises(httpx.ReadTimeout):
        client.get(url)
    assert time.monotonic() - started < 3


def test_no_secret_of_an_address_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    settings = HttpSettings(allowed_private_hosts=LOCAL)
    with serving(lambda asked: {}) as server, build_client(settings) as client, caplog.at_level(logging.INFO, "httpx"):
        client.get(f"{server.url}/?api_key=planted123")
    assert "127.0.0.1" in caplog.text
    assert "planted123" not in caplog.text
