"""Webhooks that an imitation sends: made and signed by the platform's own code, delivered by a thread, tried again."""

import queue
import threading
import time
import urllib.error
import urllib.request
from typing import Any, NamedTuple

TIMEOUT_S = 5.0
TRIES = 3
PAUSE_S = 0.5  # minutes at the real ones


class Message(NamedTuple):
    url: str
    body: bytes
    headers: dict[str, str]


def post(message: Message) -> int:
    """Sends it once; the receiver's status, 0 when there was none."""
    request = urllib.request.Request(  # noqa: S310  the operator of the sandbox gave the address
        message.url, data=message.body, method="POST", headers=message.headers
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310  as above
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, OSError, ValueError):
        return 0


class Deliveries:
    """`target` is the receiver's address, set by the administration; empty: nothing is sent."""

    def __init__(self) -> None:
        self.target = ""
        self.log: list[dict[str, Any]] = []
        self._queue: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def send(self, body: bytes, headers: dict[str, str]) -> None:
        """Queues one message to `target`."""
        if not self.target:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._deliver_all, name="deliveries", daemon=True)
            self._thread.start()
        self._queue.put(Message(self.target, body, headers))

    def _deliver_all(self) -> None:
        while True:
            message = self._queue.get()
            for _ in range(TRIES):
                if self._deliver(message):
                    break
                time.sleep(PAUSE_S)

    def _deliver(self, message: Message) -> bool:
        status = post(message)
        self.log = [*self.log[-99:], {"status": status, "body": message.body.decode("utf-8", "replace")[:2000]}]
        return bool(200 <= status < 300)
