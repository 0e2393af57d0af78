"""HubSpot's webhooks: the application's settings and subscriptions, and deliveries signed as the documentation says.

One target address for all accounts; a batch of at most 100 events; a message that is not answered well is sent again.
"""

import base64
import hashlib
import hmac
import json
import queue
import threading
import time
from collections.abc import Iterable
from typing import Any

from integrations.sandbox.config import HUB_ID, SandboxConfig
from integrations.sandbox.imitations.deliveries import PAUSE_S, TRIES, Message, post

APP_ID = 1
EVENTS_MOST = 100
WORDS = {"add": "creation", "change": "propertyChange", "delete": "deletion", "purge": "privacyDeletion"}


class Webhooks:
    """`version`: v3 (the present signature) or v1 (that of older subscriptions). Deliveries leave on a thread."""

    def __init__(self, config: SandboxConfig) -> None:
        self._config = config
        self.target = ""
        self.version = "v3"
        self.log: list[dict[str, Any]] = []
        self._next = 1
        self._queue: queue.SimpleQueue[list[dict[str, Any]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def settings(self, target: str, version: str) -> None:
        self.target, self.version = target, version
        if target and self._thread is None:
            self._thread = threading.Thread(target=self._deliver_all, name="webhooks", daemon=True)
            self._thread.start()

    def tell(self, action: str, kind: str, ids: Iterable[str | int], now_ms: int) -> None:
        """Somebody did `action` (add, change, delete, purge) to records of the type named `kind` (singular)."""
        if not self.target:
            return
        events = []
        for record_id in ids:
            event: dict[str, Any] = {
                "eventId": self._next,
                "subscriptionId": 100,
                "portalId": HUB_ID,
                "appId": APP_ID,
                "occurredAt": now_ms,
                "subscriptionType": f"{kind}.{WORDS[action]}",
                "attemptNumber": 0,
                "objectId": int(record_id),
                "changeSource": "CRM_UI",
            }
            if action == "change":
                event |= {"propertyName": "lifecyclestage", "propertyValue": "customer"}
            events.append(event)
            self._next += 1
        for first in range(0, len(events), EVENTS_MOST):
            self._queue.put(events[first : first + EVENTS_MOST])

    def repeat(self) -> int:
        """Sends the last message again, as HubSpot does when an answer got lost."""
        sent = [one for one in self.log if one["events"]]
        if sent:
            self._queue.put(sent[-1]["events"])
        return len(sent[-1]["events"]) if sent else 0

    def headers(self, method: str, uri: str, body: bytes, now_ms: int) -> dict[str, str]:
        """The signature headers of one message."""
        secret = self._config.client_secret.encode()
        if self.version == "v1":
            digest = hashlib.sha256(secret + body).hexdigest()
            return {"X-HubSpot-Signature": digest, "X-HubSpot-Signature-Version": "v1"}
        signed = method.encode() + uri.encode() + body + str(now_ms).encode()
        digest = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        return {"X-HubSpot-Signature-v3": digest, "X-HubSpot-Request-Timestamp": str(now_ms)}

    def _deliver_all(self) -> None:
        while True:
            events = self._queue.get()
            for attempt in range(TRIES):
                body = json.dumps([{**event, "attemptNumber": attempt} for event in events]).encode()
                if self._deliver(body, events):
                    break
                time.sleep(PAUSE_S)

    def _deliver(self, body: bytes, events: list[dict[str, Any]]) -> bool:
        """Whether the receiver took it. The time is the machine's: receivers compare it with their own."""
        headers = self.headers("POST", self.target, body, int(time.time() * 1000))
        started = time.perf_counter()
        status = post(Message(self.target, body, {**headers, "Content-Type": "application/json"}))
        took = round((time.perf_counter() - started) * 1000, 1)
        self.log = [*self.log[-99:], {"status": status, "took_ms": took, "events": events}]
        return bool(200 <= status < 300)
