"""The administration of one imitation, under /sandbox/<key>/: its state, changes, faults, tokens, time and truth."""

from html import escape
from typing import Any

from integrations.sandbox import jsonio
from integrations.sandbox.admin.faults import KINDS
from integrations.sandbox.clock import iso
from integrations.sandbox.http import ApiError, Reply, Request, Router, html_reply, json_reply, whole
from integrations.sandbox.imitations.frame import Imitation
from integrations.sandbox.pages import page


class Administration:
    """No sign-in: the sandbox listens on loopback unless told otherwise, and holds invented data."""

    def __init__(self, imitation: Imitation) -> None:
        self.imitation = imitation

    def register(self, router: Router) -> None:
        router.add("GET", "/", self.show)
        router.add("GET", "/api/state", self.state)
        router.add("GET", "/api/requests", self.requests)
        router.add("GET", "/api/truth/{kind}", self.truth)
        router.add("POST", "/api/records/{action}", self.records)
        router.add("GET", "/api/faults", self.faults)
        router.add("POST", "/api/faults", self.add_fault)
        router.add("DELETE", "/api/faults", self.clear_faults)
        router.add("POST", "/api/limits", self.limits)
        router.add("POST", "/api/tokens/{action}", self.tokens)
        router.add("POST", "/api/advance", self.advance)
        router.add("POST", "/api/reset", self.reset)
        router.add("GET", "/api/webhooks", self.webhooks)
        router.add("POST", "/api/webhooks", self.set_webhooks)

    def show(self, request: Request) -> Reply:
        one = self.imitation
        rows = "".join(
            f"<tr><td>{escape(kind)}</td><td class='number'>{count:,}</td></tr>"
            for kind, count in one.documents.counts().items()
        )
        asked = "".join(
            f"<tr><td>{entry['method']}</td><td><code>{escape(entry['path'])}</code></td><td>{entry['status']}</td></tr>"
            for entry in one.log.last(40)
        )
        body = (
            f"<h1>Sandbox: an imitated {escape(one.name)} account</h1>"
            f"<p>Its time is <time>{iso(one.clock.now_ms())}</time>. {one.log.total:,} requests since the start.</p>"
            f"<h2>Documents</h2><div class='scroll'><table>{rows}</table></div>"
            f"<h2>Last requests</h2><div class='scroll'><table>{asked}</table></div>"
        )
        return html_reply(page(f"Sandbox: {one.name}", body, wide=True))

    def state(self, request: Request) -> Reply:
        one = self.imitation
        return json_reply(
            {
                "key": one.key,
                "scale": one.settings.scale,
                "now": iso(one.clock.now_ms()),
                "limits": one.limits_on,
                "items": one.documents.counts(),
                "requests": one.log.total,
                "statuses": {str(status): count for status, count in sorted(one.log.by_status.items())},
                "faults": one.faults.active(),
            }
        )

    def requests(self, request: Request) -> Reply:
        count = request.get("count") or "100"
        return json_reply({"results": self.imitation.log.last(int(count) if count.isdigit() else 100)})

    def truth(self, request: Request) -> Reply:
        """Every document of a kind (all parents), whole, as JSON lines; `archived=true` for deleted ones."""
        documents, kind = self.imitation.documents, request.params["kind"]
        found = [
            one for parent in documents.parents(kind) for one in documents.all(kind, parent, request.flag("archived"))
        ]
        lines = b"".join(jsonio.dumps(one) + b"\n" for one in found)
        return Reply(200, lines, [(b"content-type", b"application/x-ndjson;charset=utf-8")])

    def records(self, request: Request) -> Reply:
        """`{kind, count, ids}`: add `count` documents, or change or delete those of `ids`, or else the first `count`."""
        one, body, action = self.imitation, request.json(), request.params["action"]
        kind = str(body.get("kind") or one.kinds[0])
        if kind not in one.kinds:
            raise ApiError(400, f"kind must be one of {', '.join(one.kinds)}")
        count = whole(body.get("count", 1), "count")
        if action == "add":
            return json_reply({"ids": [one.added(kind, number) for number in range(count)]})
        ids = [str(given) for given in body.get("ids") or []] or self._first(kind, count)
        if action not in ("change", "delete"):
            raise ApiError(404, "The action is add, change or delete")
        for item_id in ids:
            (one.changed if action == "change" else one.deleted)(kind, item_id)
        return json_reply({"ids": ids})

    def _first(self, kind: str, count: int) -> list[str]:
        documents = self.imitation.documents
        found = [one for parent in documents.parents(kind) for one in documents.all(kind, parent)]
        return [str(one["id"]) for one in found[:count]]

    def faults(self, request: Request) -> Reply:
        return json_reply({"results": self.imitation.faults.active(), "kinds": KINDS})

    def add_fault(self, request: Request) -> Reply:
        fault = self.imitation.faults.add(request.json())
        return json_reply({"id": fault.id, "kind": fault.kind, "count": fault.count}, 201)

    def clear_faults(self, request: Request) -> Reply:
        self.imitation.faults.clear()
        return json_reply({"results": []})

    def limits(self, request: Request) -> Reply:
        self.imitation.limits_on = bool(request.json().get("enabled", True))
        return json_reply({"limits": self.imitation.limits_on})

    def tokens(self, request: Request) -> Reply:
        grants = self.imitation.grants
        actions: dict[str, Any] = {"expire": grants.expire_all, "revoke": grants.revoke_all}
        if request.params["action"] not in actions:
            raise ApiError(404, "The action is expire or revoke")
        return json_reply({"tokens": actions[request.params["action"]]()})

    def advance(self, request: Request) -> Reply:
        self.imitation.advance(whole(request.json().get("seconds", 0), "seconds"))
        return json_reply({"now": iso(self.imitation.clock.now_ms())})

    def reset(self, request: Request) -> Reply:
        """Throws all changes, tokens and faults away."""
        self.imitation = self.imitation.anew()
        return self.state(request)

    def webhooks(self, request: Request) -> Reply:
        found = self.imitation.deliveries
        return json_reply({"target": found.target, "results": found.log})

    def set_webhooks(self, request: Request) -> Reply:
        self.imitation.deliveries.target = str(request.json().get("target") or "")
        return self.webhooks(request)
