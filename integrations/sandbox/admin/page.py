"""The page under /sandbox/: counts, changes, faults and the last requests, with plain forms."""

from html import escape

from integrations.sandbox.admin.changes import Changes
from integrations.sandbox.admin.faults import KINDS
from integrations.sandbox.clock import iso
from integrations.sandbox.http import ApiError, Reply, Request, Router, html_reply
from integrations.sandbox.object_types import OBJECT_TYPES
from integrations.sandbox.pages import page
from integrations.sandbox.platform import Platform

SHOWN_REQUESTS = 40


class AdminPage:
    """Everything that the JSON API can do most often, by hand."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._changes = Changes(platform)

    def register(self, router: Router) -> None:
        router.add("GET", "/", self.show)
        router.add("POST", "/records", self.records)
        router.add("POST", "/faults", self.faults)
        router.add("POST", "/switch", self.switch)

    def show(self, request: Request) -> Reply:
        platform = self._platform
        note = request.get("done")
        total = sum(platform.records.count(kind) for kind in OBJECT_TYPES)
        body = (
            f"<h1>Sandbox: {total:,} records of an imitated HubSpot account</h1>"
            + (f"<p role='status'><strong>{escape(note)}</strong></p>" if note else "")
            + f"<p>Seed {platform.config.seed}, scale {platform.config.scale:,}. Its time is "
            f"<time>{iso(platform.clock.now_ms())}</time>. "
            f"Rate limits are {'on' if platform.limits.enabled else 'lifted'}. "
            f"{platform.log.total:,} requests since the start.</p>"
            + self._change_form()
            + self._fault_form()
            + self._switches()
            + self._counts()
            + self._requests()
        )
        return html_reply(page("Sandbox", body, wide=True))

    def records(self, request: Request) -> Reply:
        form = request.form()
        kind = self._platform.kind(form.get("type", "contacts"))
        count = int(form["count"]) if form.get("count", "").isdigit() else 1
        action = form.get("action")
        if action == "add":
            done = f"{len(self._changes.add(kind, count, []))} {kind.name} added"
        elif action == "change":
            done = f"{len(self._changes.change(kind, count, [], {}))} {kind.name} changed"
        elif action == "delete":
            done = f"{len(self._changes.delete(kind, count, []))} {kind.name} deleted"
        else:
            raise ApiError(400, "action must be add, change or delete", "VALIDATION_ERROR")
        return _back(done)

    def faults(self, request: Request) -> Reply:
        form = request.form()
        if form.get("off"):
            self._platform.faults.clear()
            return _back("All faults are off")
        values: dict[str, object] = {"kind": form.get("kind", ""), "path": form.get("path", "").strip()}
        if form.get("count", "").isdigit():
            values["count"] = int(form["count"])
        if form.get("status", "").isdigit():
            values["status"] = int(form["status"])
        try:
            values["seconds"] = float(form.get("seconds") or 0)
        except ValueError:
            raise ApiError(400, "seconds must be a number", "VALIDATION_ERROR") from None
        self._platform.faults.add(values)
        return _back(f"Fault {form.get('kind')} is on")

    def switch(self, request: Request) -> Reply:
        action = request.form().get("action")
        platform = self._platform
        if action == "expire":
            return _back(f"{platform.tokens.expire_all()} access tokens have expired")
        if action == "revoke":
            return _back(f"{platform.tokens.revoke_all()} tokens are revoked")
        if action == "limits":
            platform.limits.enabled = not platform.limits.enabled
            return _back(f"Rate limits are {'on' if platform.limits.enabled else 'lifted'}")
        if action == "reset":
            platform.reset()
            return _back("Everything is as seeded")
        raise ApiError(400, "Unknown action", "VALIDATION_ERROR")

    @staticmethod
    def _change_form() -> str:
        options = "".join(f"<option>{kind.name}</option>" for kind in OBJECT_TYPES)
        return (
            "<h2>Change data</h2><form class='row' method='post' action='/sandbox/records'>"
            f"<label>Records<select name='type'>{options}</select></label>"
            "<label>How many<input name='count' value='10' inputmode='numeric' size='6'></label>"
            "<button name='action' value='add'>Add</button><button name='action' value='change'>Change</button>"
            "<button name='action' value='delete'>Delete</button></form>"
        )

    def _fault_form(self) -> str:
        options = "".join(f"<option value='{kind}'>{kind}: {escape(text)}</option>" for kind, text in KINDS.items())
        rows = "".join(
            f"<tr><td>{fault['kind']}</td><td>{'until switched off' if fault['count'] is None else fault['count']}</td>"
            f"<td><code>{escape(fault['path']) or 'any path'}</code></td><td class='number'>{fault['hits']}</td></tr>"
            for fault in self._platform.faults.active()
        )
        table = (
            f"<table><thead><tr><th>Fault</th><th>Requests left</th><th>Path</th><th class='number'>Hits</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
            if rows
            else "<p>No fault is on.</p>"
        )
        return (
            "<h2>Faults</h2><form class='row' method='post' action='/sandbox/faults'>"
            f"<label>Fault<select name='kind'>{options}</select></label>"
            "<label>Next requests<input name='count' size='6' inputmode='numeric' placeholder='all'></label>"
            "<label>Path contains<input name='path' size='18' placeholder='/contacts'></label>"
            "<label>Status<input name='status' size='4' value='503' inputmode='numeric'></label>"
            "<label>Seconds<input name='seconds' size='4' value='0' inputmode='decimal'></label>"
            "<button>Switch on</button><button name='off' value='1'>Switch all off</button></form>" + table
        )

    def _switches(self) -> str:
        limits = "Lift rate limits" if self._platform.limits.enabled else "Enforce rate limits"
        return (
            "<h2>Account</h2><form class='row' method='post' action='/sandbox/switch'>"
            "<button name='action' value='expire'>Expire access tokens</button>"
            "<button name='action' value='revoke'>Revoke the app's grant</button>"
            f"<button name='action' value='limits'>{limits}</button>"
            "<button name='action' value='reset'>Reset to the seed</button></form>"
        )

    def _counts(self) -> str:
        records = self._platform.records
        rows = "".join(
            f"<tr><td>{kind.name}</td><td><code>{kind.type_id}</code></td><td class='number'>{records.count(kind):,}</td>"
            f"<td class='number'>{records.count(kind, True):,}</td></tr>"
            for kind in OBJECT_TYPES
        )
        others = "".join(
            f"<tr><td>{kind}</td><td></td><td class='number'>{count:,}</td><td></td></tr>"
            for kind, count in self._platform.items.counts().items()
        )
        return (
            "<h2>Records</h2><div class='scroll'><table><thead><tr><th>Type</th><th>Id</th><th class='number'>Live</th>"
            f"<th class='number'>Archived</th></tr></thead><tbody>{rows}{others}</tbody></table></div>"
        )

    def _requests(self) -> str:
        rows = "".join(
            f"<tr><td><time>{iso(one['at_ms'])[11:23]}</time></td><td>{one['method']}</td><td><code>{escape(one['path'])}"
            f"{'?' + escape(one['query']) if one['query'] else ''}</code></td><td class='number'>{one['status']}</td>"
            f"<td class='number'>{one['bytes']:,}</td><td class='number'>{one['ms']}</td><td>{one['fault']}</td></tr>"
            for one in self._platform.log.last(SHOWN_REQUESTS)
        )
        return (
            "<h2>Last requests</h2><div class='scroll'><table><thead><tr><th>Time</th><th>Method</th><th>Path</th>"
            "<th class='number'>Status</th><th class='number'>Bytes</th><th class='number'>ms</th><th>Fault</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )


def _back(done: str) -> Reply:
    from urllib.parse import quote

    return Reply(303, b"", [(b"location", f"/sandbox/?done={quote(done)}".encode())])
