"""The JSON API under /sandbox/api: state, changes, faults, tokens, time, truth."""

from collections.abc import Iterator
from typing import Any

from integrations.sandbox import database
from integrations.sandbox.admin.changes import Changes
from integrations.sandbox.admin.faults import KINDS
from integrations.sandbox.clock import iso
from integrations.sandbox.http import ApiError, Reply, Request, Router, json_reply, whole
from integrations.sandbox.object_types import OBJECT_TYPES, find_type
from integrations.sandbox.platform import Platform

_NDJSON = (b"content-type", b"application/x-ndjson;charset=utf-8")


class AdminApi:
    """No sign-in: it listens on loopback unless told otherwise, and holds invented data."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._changes = Changes(platform)

    def register(self, router: Router) -> None:
        router.add("GET", "/api/state", self.state)
        router.add("GET", "/api/requests", self.requests)
        router.add("GET", "/api/truth/{type}", self.truth)
        router.add("POST", "/api/records/add", self.add)
        router.add("POST", "/api/records/change", self.change)
        router.add("POST", "/api/records/delete", self.delete)
        router.add("GET", "/api/faults", self.faults)
        router.add("POST", "/api/faults", self.add_fault)
        router.add("DELETE", "/api/faults", self.clear_faults)
        router.add("DELETE", "/api/faults/{id}", self.remove_fault)
        router.add("POST", "/api/limits", self.limits)
        router.add("POST", "/api/tokens/expire", self.expire)
        router.add("POST", "/api/tokens/revoke", self.revoke)
        router.add("POST", "/api/advance", self.advance)
        router.add("POST", "/api/reset", self.reset)
        router.add("GET", "/api/webhooks", self.webhooks)
        router.add("POST", "/api/webhooks", self.set_webhooks)
        router.add("POST", "/api/webhooks/repeat", self.repeat_webhook)

    def state(self, request: Request) -> Reply:
        platform = self._platform
        return json_reply(
            {
                "seed": platform.config.seed,
                "scale": platform.config.scale,
                "now": iso(platform.clock.now_ms()),
                "limits": platform.limits.enabled,
                "records": {kind.name: platform.records.count(kind) for kind in OBJECT_TYPES},
                "archived": {kind.name: platform.records.count(kind, True) for kind in OBJECT_TYPES},
                "items": platform.items.counts(),
                "requests": platform.log.total,
                "statuses": {str(status): count for status, count in sorted(platform.log.by_status.items())},
                "faults": platform.faults.active(),
            }
        )

    def requests(self, request: Request) -> Reply:
        count = request.get("count") or "100"
        return json_reply({"results": self._platform.log.last(int(count) if count.isdigit() else 100)})

    def truth(self, request: Request) -> Reply:
        """Every live record (or item) of a type, whole, as JSON lines; `archived=true` for the recycle bin."""
        name = request.params["type"]
        kind = find_type(name)
        if kind is not None and kind.name != "properties":
            lines: Iterator[bytes] = (
                body + b"\n" for body in self._platform.records.stream(kind, request.flag("archived"))
            )
            return Reply(200, b"", [_NDJSON], _joined(lines))
        if name not in self._platform.items.counts():
            raise ApiError(404, f"There is nothing called {name} here", "OBJECT_NOT_FOUND")
        sql = "SELECT doc FROM items WHERE kind = ? AND archived = ? ORDER BY parent, position, id"
        rows = self._platform.db.execute(sql, (name, int(request.flag("archived")))).fetchall()
        return Reply(200, b"", [_NDJSON], _joined(row[0] + b"\n" for row in rows))

    def add(self, request: Request) -> Reply:
        body = request.json()
        given = body.get("records") or []
        kind = self._platform.kind(str(body.get("type") or "contacts"))
        ids = self._changes.add(
            kind, whole(body.get("count", 1), "count"), [dict(one) for one in given], str(body.get("odd") or "")
        )
        return json_reply({"type": kind.name, "added": len(ids), "ids": ids})

    def change(self, request: Request) -> Reply:
        body = request.json()
        kind = self._platform.kind(str(body.get("type") or "contacts"))
        values = {str(name): value for name, value in (body.get("properties") or {}).items()}
        ids = self._changes.change(kind, whole(body.get("count", 1), "count"), _ids(body), values)
        return json_reply({"type": kind.name, "changed": len(ids), "ids": ids})

    def delete(self, request: Request) -> Reply:
        body = request.json()
        kind = self._platform.kind(str(body.get("type") or "contacts"))
        ids = self._changes.delete(
            kind, whole(body.get("count", 1), "count"), _ids(body), purge=bool(body.get("purge"))
        )
        return json_reply({"type": kind.name, "deleted": len(ids), "ids": ids})

    def faults(self, request: Request) -> Reply:
        return json_reply({"results": self._platform.faults.active(), "kinds": KINDS})

    def add_fault(self, request: Request) -> Reply:
        fault = self._platform.faults.add(request.json())
        return json_reply({"id": fault.id, "kind": fault.kind, "count": fault.count}, 201)

    def clear_faults(self, request: Request) -> Reply:
        self._platform.faults.clear()
        return json_reply({"results": []})

    def remove_fault(self, request: Request) -> Reply:
        wanted = request.params["id"]
        if not wanted.isdigit() or not self._platform.faults.remove(int(wanted)):
            raise ApiError(404, f"No fault {wanted} is on", "OBJECT_NOT_FOUND")
        return json_reply({"results": self._platform.faults.active()})

    def limits(self, request: Request) -> Reply:
        self._platform.limits.enabled = bool(request.json().get("enabled", True))
        return json_reply({"limits": self._platform.limits.enabled})

    def expire(self, request: Request) -> Reply:
        """Every OAuth access token has run out, as after 30 minutes."""
        return json_reply({"expired": self._platform.tokens.expire_all()})

    def revoke(self, request: Request) -> Reply:
        """Somebody uninstalls the app in HubSpot."""
        return json_reply({"revoked": self._platform.tokens.revoke_all()})

    def advance(self, request: Request) -> Reply:
        clock = self._platform.clock
        clock.advance(whole(request.json().get("seconds", 0), "seconds"))
        database.set_meta(self._platform.db, "clock-offset-ms", str(clock.offset_ms))
        return json_reply({"now": iso(clock.now_ms())})

    def webhooks(self, request: Request) -> Reply:
        """Where the application's webhooks go, and what became of the last hundred."""
        found = self._platform.webhooks
        return json_reply({"target": found.target, "version": found.version, "results": found.log})

    def set_webhooks(self, request: Request) -> Reply:
        body = request.json()
        version = str(body.get("version") or "v3")
        if version not in ("v1", "v3"):
            raise ApiError(400, "version must be v1 or v3", "VALIDATION_ERROR")
        self._platform.webhooks.settings(str(body.get("target") or ""), version)
        return self.webhooks(request)

    def repeat_webhook(self, request: Request) -> Reply:
        return json_reply({"events": self._platform.webhooks.repeat()})

    def reset(self, request: Request) -> Reply:
        self._platform.reset()
        return self.state(request)


def _ids(body: dict[str, Any]) -> list[str]:
    return [str(one) for one in body.get("ids") or []]


def _joined(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Chunks of about 64 kB rather than one message a record."""
    parts: list[bytes] = []
    size = 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size > 65_536:
            yield b"".join(parts)
            parts, size = [], 0
    if parts:
        yield b"".join(parts)
