"""Limits of sign-in, counted over all web workers, by the address that the proxy saw and not by what a caller writes."""

import dataclasses
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from listbackup.testing.people import PASSWORD
from listbackup.testing.product import Product, until
from listbackup.testing.stack import free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def web(product: Product) -> Iterator[str]:
    """Two web workers behind one trusted proxy, which is us."""
    port = free_port()
    behind = {"TRUSTED_PROXY_COUNT": "1", "PUBLIC_URL": f"http://localhost:{port}", "FORWARDED_ALLOW_IPS": "192.0.2.1"}
    running = dataclasses.replace(product, environment=product.environment | behind, started=[])
    running.popen(
        "-m", "gunicorn", "listbackup.asgi:application", "-k", "uvicorn_worker.UvicornWorker", "-w", "2",
        "--bind", f"127.0.0.1:{port}", "--no-control-socket",
    )  # fmt: skip
    base = f"http://localhost:{port}"
    until(lambda: _answers(base), seconds=60, what="the web server's first answer")
    yield base
    running.stop()


def _answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/accounts/login/", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 200
    except httpx.HTTPError:
        return False


def log_in(base: str, email: str, password: str, forwarded: str) -> Any:
    body = {"email": email, "password": password}
    # A connection of its own each time, so that both workers take part.
    return httpx.post(f"{base}/api/v1/auth/login", json=body, headers={"X-Forwarded-For": forwarded}, timeout=30)


def test_guesses_over_two_workers_with_changing_headers_then_one_limit(web: str) -> None:
    def guess(number: int) -> int:
        # What is left of the proxy's own entry is the caller's invention.
        return int(log_in(web, f"nobody{number}@example.com", "wrong", f"10.9.8.{number}, 203.0.113.7").status_code)

    with ThreadPoolExecutor(4) as pool:
        told = Counter(pool.map(guess, range(40)))
    assert set(told) == {401, 429} and told[401] <= 12  # 10 a minute and address; two may be counted at once
    assert log_in(web, "olga@example.com", PASSWORD, "203.0.113.7").status_code == 429
    assert log_in(web, "olga@example.com", PASSWORD, "198.51.100.1").status_code == 200


def test_one_address_guessed_at_from_many_places_then_it_is_closed_to_them_for_a_while_only(web: str) -> None:
    told = [log_in(web, "olga@example.com", "wrong", f"198.51.100.{number}").status_code for number in range(10, 22)]
    assert told[0] == 401 and told[-1] == 429
    assert log_in(web, "olga@example.com", PASSWORD, "198.51.100.99").status_code == 429
