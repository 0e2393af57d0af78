"""A Stripe server that we did not write: `localstripe` in a process of its own, filled by the official SDK."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import stripe

KEY = "sk_test_12345"

# Its own start listens on all addresses and keeps its data in one file for every user of the machine.
_SERVE = """
import socket
from aiohttp import web
from localstripe import resources, server
resources.Store.dump_to_disk = lambda store: None
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
web.run_app(server.app, sock=listening, print=None, access_log=None)
"""


@dataclass(frozen=True, slots=True)
class StripeServer:
    """`host` is host:port; `sdk` is the official client, connected to it."""

    host: str
    sdk: stripe.StripeClient

    def add_customers(self, count: int) -> list[str]:
        """The new customers' ids."""
        made = []
        for number in range(count):
            customer = self.sdk.v1.customers.create(
                {
                    "name": f"Customer {number} Ünïcode",
                    "email": f"customer{number}@example.com",
                    "metadata": {"number": str(number)},
                }
            )
            made.append(customer.id)
        return made

    def customers(self) -> dict[str, stripe.Customer]:
        """The truth, as the SDK reads it."""
        listed = self.sdk.v1.customers.list({"limit": 100}).auto_paging_iter()
        return {customer.id: customer for customer in listed}


@contextmanager
def stripe_server() -> Iterator[StripeServer]:
    """Serves until the block ends."""
    process = subprocess.Popen([sys.executable, "-c", _SERVE], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        port = process.stdout.readline().strip()
        if not port:
            raise RuntimeError("localstripe did not start")
        host = f"127.0.0.1:{port}"
        yield StripeServer(host, stripe.StripeClient(KEY, base_addresses={"api": f"http://{host}"}))
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
