"""The wire: what broken, hostile and unusual servers send, byte by byte."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listbackup.core.http.client import GuardedClient, HttpSettings, build_client

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def talking(*answers: bytes, cut: int = 0, once: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """A server that sends `answers` one after the other, each after a request, and then closes; gives what it was
    sent. With `cut` every answer is sent in pieces of that many bytes; with `once` it takes only one connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    requests: list[bytes] = []

    def serve() -> None:
        left = list(answers)
        while left:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            if once:
                listener.close()
            with peer:
                while left and (got := _request(peer)):
                    requests.append(got)
                    answer = left.pop(0)
                    step = cut or len(answer) or 1
                    for start in range(0, len(answer), step):
                        peer.sendall(answer[start : start + step])
                    if not left or b"Connection: close" in answer:
                        break

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", requests
    finally:
        listener.close()
        thread.join(5)


def _reads(length: int) -> Callable[[bytes], bool]:
    return lambda read: len(read) >= length


def _is_last_chunk(read: bytes) -> bool:
    return read.endswith(b"0\r\n\r\n")


def _request(peer: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        part = peer.recv(65536)
        if not part:
            return got
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    done = _reads(0)
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
            done = _reads(length)
        elif line.startswith(b"transfer-encoding:"):
            done = _is_last_chunk
    while not done(body):
        body += peer.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def client() -> Iterator[GuardedClient]:
    local = frozenset({"127.0.0.1"})
    with build_client(HttpSettings(allowed_private_hosts=local, read_timeout=2.0, max_connections=2)) as made:
        yield made


@pytest.mark.parametrize("cut", [0, 1, 7])
@pytest.mark.parametrize(
    "answer",
    [
        OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nok",  # ends with the connection
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK,
    ],
)
def test_body_of_every_framing(client: GuardedClient, answer: bytes, cut: int) -> None:
    with talking(answer, cut=cut) as (url, _):
        got = client.fetch("GET", url)
    assert (got.status_code, got.content, got.headers.get("link")) == (200, b"ok", None)


def test_connection_is_used_again(client: GuardedClient) -> None:
    with talking(OK, OK, OK, once=True) as (url, requests):
        for _ in range(3):
            assert client.fetch("GET", url).content == b"ok"
        assert len(requests) == 3


def test_closed_connection_is_not_used_again(client: GuardedClient) -> None:
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    with talking(closing, closing) as (url, _):
        assert client.fetch("GET", url).content == b"ok"
        assert client.fetch("GET", url).content == b"ok"


def test_head_has_no_body(client: GuardedClient) -> None:
    with talking(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n") as (url, _):
        assert client.fetch("HEAD", url).content == b""


@pytest.mark.parametrize("status", [204, 304])
def test_statuses_without_a_body(client: GuardedClient, status: int) -> None:
    with talking(b"HTTP/1.1 %d X\r\n\r\n" % status) as (url, _):
        assert client.fetch("GET", url).status_code == status


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        OK + OK,  # an answer that nobody asked for
    ],
)
def test_broken_answers_are_errors_of_the_connection(client: GuardedClient, answer: bytes) -> None:
    with talking(answer) as (url, _), pytest.raises(httpx.TransportError):
        client.fetch("GET", url)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_an_answer_or_an_error(garbage: bytes) -> None:
    local = frozenset({"127.0.0.1"})
    limits = HttpSettings(allowed_private_hosts=local, read_timeout=1.0)
    server = talking(b"HTTP/1.1 200 OK\r\n" + garbage)
    with build_client(limits) as client, server as (url, _), suppress(httpx.TransportError):
        client.fetch("GET", url)


@pytest.mark.parametrize("headers", [{"X-A": "1\r\nX-B: 2"}, {"X A": "1"}, {"X-A": "1\0"}])
def test_headers_that_would_end_early_are_not_sent(client: GuardedClient, headers: dict[str, str]) -> None:
    with talking(OK) as (url, requests):
        with pytest.raises(httpx.TransportError):
            client.fetch("GET", url, headers=headers)
        assert requests == []


def test_body_sent_in_parts(client: GuardedClient) -> None:
    with talking(OK) as (url, requests):
        client.post(url, content=iter([b"ab", b"", b"c"]))
    assert requests[0].endswith(b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")


def test_no_more_connections_than_allowed(client: GuardedClient) -> None:
    """Two are allowed: the third of four threads waits, and everybody is answered."""
    with talking(*[OK] * 8) as (url, _), talking(*[OK] * 8) as (other, _):
        answers: list[bytes] = []

        def ask(where: str) -> None:
            answers.append(client.fetch("GET", where).content)

        for _ in range(2):
            threads = [threading.Thread(target=ask, args=(one,)) for one in (url, other)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert answers == [b"ok"] * 4
        assert client._guarded._pool._open <= 2
