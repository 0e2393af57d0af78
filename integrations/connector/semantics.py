"""What a schema cannot say: names that must exist, settings that belong together."""

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.connector import patterns
from integrations.connector.build import expand
from integrations.connector.marks import Document, Path, Problem
from integrations.connector.quotas import is_zone
from integrations.connector.templates import names_in

_NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "oauth2": (("authorize_url",), ("token_url",)),
    "client_credentials": (("token_url",),),
    "api_key": (("name",),),
    "number": (("param",),),
    "offset": (("param",),),
    "next_url": (("next", "header"),),
    "keyset": (),
    "link_header": (),
    "none": (),
}
_OAUTH_ONLY = {
    "authorize_url", "introspect_url", "revoke_url", "optional_scopes", "authorize_params", "pkce", "refresh_auth",
    "grant_lifetime_s", "metadata", "told", "fan_out",
}  # fmt: skip
_RUN_TIME = {"since", "until", "last_key", "key"}
_MOST_LEVELS = 4


def _mode(parent: Mapping[str, Any]) -> str:
    return str(parent.get("mode", "batch" if "batch" in parent else "own"))


def problems_of(document: Document) -> list[Problem]:
    """Problems of a document that fits the schema, in the order of the text."""
    checks = _Checks(document)
    found = list(checks.all())
    return sorted(found, key=lambda problem: (problem.line, problem.column))


class _Checks:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.plain: Mapping[str, Any] = document.value
        self.templates = self.plain.get("templates", {})
        self.streams = expand(self.plain["streams"], self.templates)

    def at(self, path: Path, message: str) -> Problem:
        return self.document.problem(path, message)

    def all(self) -> Iterator[Problem]:
        for index, auth in enumerate(self.plain.get("auth", ())):
            yield from self.auth(("auth", index), auth)
        for name, field in self.plain.get("config", {}).items():
            wrong = patterns.problem_of(field.get("pattern", ""))
            if wrong:
                yield self.at(("config", name, "pattern"), wrong)
        used = names_in(self.plain["base_url"])
        yield from self.placeholders(("base_url",), used, {"config"})
        for name, plain in self.plain["streams"].items():
            where: Path = ("streams", name)
            if (plain or {}).get("use") and plain["use"] not in self.templates:
                yield self.at((*where, "use"), f"there is no template {plain['use']}")
            else:
                yield from self.stream(where, self.streams[name])
        for index, item in enumerate(self.plain.get("discover", ())):
            if item["use"] not in self.templates:
                yield self.at(("discover", index, "use"), f"there is no template {item['use']}")
            else:
                yield from self.present(("discover", index), self.templates[item["use"]])
        for name, lookup in self.plain.get("lookups", {}).items():
            yield from self.request(("lookups", name, "request"), lookup["request"], {"vars", "config"})
        for index, rule in enumerate(self.plain.get("errors", ())):
            if not {"status", "path", "header"} & set(rule):
                yield self.at(("errors", index), "needs a status, a path or a header to know the error by")
            if ("equals" in rule or "contains" in rule) and not {"path", "header"} & set(rule):
                yield self.at(("errors", index), "equals and contains need a path or a header to look at")
        yield from self.limits(self.plain.get("limits", {}))
        if "webhooks" in self.plain:
            yield from self.webhooks(self.plain["webhooks"])
        if "check" in self.plain:
            yield from self.request(("check", "request"), self.plain["check"]["request"], {"config"})
            named = self.plain["check"].get("account_config")
            if named and named not in self.plain.get("config", {}):
                yield self.at(("check", "account_config"), f"config has no {named}")

    def auth(self, where: Path, auth: Mapping[str, Any]) -> Iterator[Problem]:
        kind = auth["kind"]
        for names in _NEEDS.get(kind, ()):
            if not any(name in auth for name in names):
                yield self.at(where, f"auth {kind} needs {' or '.join(names)}")
        for name in sorted(_OAUTH_ONLY & set(auth)):
            if kind != "oauth2":
                yield self.at((*where, name), f"{name} has no meaning for auth {kind}")

        told: list[tuple[Path, str]] = [
            (("metadata", "config", name), name) for name in auth.get("metadata", {}).get("config", {})
        ]
        told += [(("told", name), name) for name in auth.get("told", {})]
        fan_out = auth.get("fan_out", {})
        if fan_out:
            told.append((("fan_out", "member"), fan_out["member"]))
            for part in ("members", "check"):
                if part in fan_out:
                    yield from self.request((*where, "fan_out", part), fan_out[part]["request"], {"config"})
            yield from self.request((*where, "fan_out", "token"), fan_out["token"], {"config"})
        for path, name in told:
            if not self.plain.get("config", {}).get(name, {}).get("pattern"):
                # What the platform answers becomes a part of requests, and of addresses that secrets are sent to.
                yield self.at((*where, *path), f"config needs {name}, with a pattern")

    def present(self, where: Path, stream: Mapping[str, Any]) -> Iterator[Problem]:
        if "request" not in stream:
            yield self.at(where, "has no request")
        if "key" not in stream:
            yield self.at(where, "has no key: name the field, or the list of fields, that identifies a record")

    def stream(self, where: Path, stream: Mapping[str, Any]) -> Iterator[Problem]:
        yield from self.present(where, stream)
        if "request" not in stream or "key" not in stream:
            return
        names = {"vars", "config", "lookup", *_RUN_TIME} - {"key"}
        parent = stream.get("parent")
        if parent is not None:
            names.add("parent")
            yield from self.parent((*where, "parent"), where[1], parent)
        yield from self.request((*where, "request"), stream["request"], names)
        yield from self.keys(where, stream)
        yield from self.page((*where, "page"), stream.get("page", {"kind": "none"}))
        yield from self.incremental((*where, "incremental"), stream, names)
        yield from self.deletions((*where, "deletions"), stream, names)
        if stream.get("records_as") == "one" and stream.get("page", {}).get("kind", "none") != "none":
            yield self.at((*where, "page"), "a single record has no pages")
        if "chunks" in stream and stream["chunks"]["lookup"] not in self.plain.get("lookups", {}):
            yield self.at((*where, "chunks", "lookup"), f"there is no lookup {stream['chunks']['lookup']}")
        if "count" in stream:
            yield from self.request((*where, "count", "request"), stream["count"]["request"], {"vars", "config"})
        if "by_id" in stream:
            yield from self.by_id((*where, "by_id"), stream)

    def by_id(self, where: Path, stream: Mapping[str, Any]) -> Iterator[Problem]:
        rule = stream["by_id"]
        names = {"vars", "config", "lookup"}
        yield from self.request((*where, "request"), rule["request"], names if "batch" in rule else {*names, "key"})
        if "batch" not in rule and "key" not in names_in(
            [rule["request"]["path"], rule["request"].get("query", {}), rule["request"].get("body")]
        ):
            yield self.at((*where, "request"), "needs {key}, or a batch")
        if not isinstance(stream["key"], str):
            yield self.at(where, "reads by a key of one field only")
        if "parent" in stream:
            yield self.at(where, "has no meaning for a stream with a parent")

    def webhooks(self, rule: Mapping[str, Any]) -> Iterator[Problem]:
        for index, event in enumerate(rule["events"]):
            stream = self.streams.get(event["stream"])
            if stream is None:
                yield self.at(("webhooks", "events", index, "stream"), f"there is no stream {event['stream']}")
            elif "key" in event and "by_id" not in stream:
                yield self.at(("webhooks", "events", index, "key"), f"{event['stream']} has no by_id to read it with")
            elif "key" not in event and ("incremental" not in stream or _mode(stream.get("parent", {})) != "own"):
                yield self.at(
                    ("webhooks", "events", index), f"needs a key: {event['stream']} cannot be read by increments"
                )
        if rule.get("address") == "app" and ("account" not in rule or "signatures" not in rule):
            yield self.at(("webhooks", "address"), "one address for all needs account and signatures")
        for index, scheme in enumerate(rule.get("signatures", ())):
            where: Path = ("webhooks", "signatures", index)
            if scheme["algorithm"] == "sha256" and "{key}" not in scheme.get("message", ""):
                yield self.at(where, "sha256 signs nothing without {key} in its message")
            if "{timestamp}" in scheme.get("message", "") and not {"pairs", "timestamp_header"} & set(scheme):
                yield self.at(where, "{timestamp} needs pairs or a timestamp_header")

    def keys(self, where: Path, stream: Mapping[str, Any]) -> Iterator[Problem]:
        key = stream["key"]
        parts = [key] if isinstance(key, str) else key
        for part in parts:
            used = names_in(part)
            if used and "parent" not in stream:
                yield self.at((*where, "key"), f"{part} needs a parent")
            if "{" in part and not used:
                yield self.at((*where, "key"), f"{part} is not a placeholder; write {{parent.FIELD}}")

    def levels(self, where: Path, mode: str, stream: str) -> Iterator[Problem]:
        """Parents that are children themselves: each level must be listed by a pass of its own."""
        above, depth = stream, 1
        while above in self.streams and "parent" in self.streams[above]:
            parent = self.streams[above]["parent"]
            if mode != "own" or _mode(parent) != "own" or "stream" not in parent:
                yield self.at(where, f"{above} has a parent itself: then both must be read by mode own, from streams")
                return
            above, depth = parent["stream"], depth + 1
            if depth > _MOST_LEVELS:
                yield self.at(where, f"has more than {_MOST_LEVELS} levels of parents above it")
                return

    def parent(self, where: Path, name: Any, parent: Mapping[str, Any]) -> Iterator[Problem]:
        stream, mode = parent.get("stream"), _mode(parent)
        if stream is not None:
            if stream not in self.streams:
                yield self.at((*where, "stream"), f"there is no stream {stream}")
            elif stream == name:
                yield self.at((*where, "stream"), "a stream cannot be its own parent")
            elif "parent" in self.streams[stream]:
                yield from self.levels((*where, "stream"), mode, stream)
        elif mode != "own":
            yield self.at(where, f"mode {mode} needs a parent stream")
        if not stream and not parent.get("values") and not parent.get("lookup"):
            yield self.at(where, "needs a stream, values or a lookup")
        if stream and (parent.get("values") or parent.get("lookup")):
            yield self.at(where, "has a stream; values and lookup are for parents that are no stream")
        if mode == "batch" and "batch" not in parent:
            yield self.at(where, "mode batch needs batch")
        if mode != "batch" and "batch" in parent:
            yield self.at((*where, "batch"), f"has no meaning in mode {mode}")
        batch = parent.get("batch", {})
        if ("more" in batch) != ("more_param" in batch) or ("more" in batch) != ("merge" in batch):
            yield self.at((*where, "batch"), "more, more_param and merge belong together")
        if parent.get("lookup") and parent["lookup"] not in self.plain.get("lookups", {}):
            yield self.at((*where, "lookup"), f"there is no lookup {parent['lookup']}")

    def page(self, where: Path, page: Mapping[str, Any]) -> Iterator[Problem]:
        kind = page["kind"]
        for names in _NEEDS.get(kind, ()):
            if not any(name in page for name in names):
                yield self.at(where, f"page {kind} needs {' or '.join(names)}")
        if kind == "cursor":
            if "param" not in page:
                yield self.at(where, "page cursor needs param")
            source = page.get("from", "header" if "header" in page and "next" not in page else "body")
            if source in ("body", "last_record") and "next" not in page:
                yield self.at(where, "page cursor needs next: the path of the cursor")
            if source == "header" and "header" not in page:
                yield self.at(where, "page cursor from header needs header")
            if source == "last_record" and "more" not in page and "size" not in page:
                yield self.at(where, "a cursor from the last record needs more, or a size to know a short page by")
        if "size" in page and "size_param" not in page and page.get("stop") != "short" and kind == "none":
            yield self.at((*where, "size"), "size needs size_param to be sent")
        if page.get("stop") == "short" and "size" not in page:
            yield self.at(where, "stop short needs size")
        if "from_url" in page and kind != "cursor":
            yield self.at((*where, "from_url"), "has no meaning without a cursor")
        if "also" in page and (kind != "cursor" or page.get("from") == "header"):
            yield self.at((*where, "also"), "travels with a cursor of the body or of the last record")
        if "cap" in page and kind in ("none", "keyset"):
            yield self.at((*where, "cap"), f"cap has no meaning for page {kind}")

    def incremental(self, where: Path, stream: Mapping[str, Any], names: set[str]) -> Iterator[Problem]:
        rule = stream.get("incremental")
        if rule is None:
            return
        if "cursor" not in stream:
            yield self.at(where, "incremental needs the stream's cursor: the field that tells when a record changed")
        request = rule.get("request", stream["request"])
        if rule.get("style", "filter") == "filter" and "since" not in names_in(request):
            yield self.at(where, "incremental needs {since} somewhere in its request")
        if "window_s" in rule and "until" not in names_in(request):
            yield self.at((*where, "window_s"), "windows need {until} in the request")
        if "request" in rule:
            yield from self.request((*where, "request"), rule["request"], names)
        if "page" in rule:
            yield from self.page((*where, "page"), rule["page"])
        page = rule.get("page", stream.get("page", {"kind": "none"}))
        keyset = page["kind"] == "keyset" and "param" not in page
        if (keyset or "cap" in page) and "last_key" not in names_in(request):
            yield self.at((*where, "page"), "keyset pages need {last_key} in the request, or param")

    def deletions(self, where: Path, stream: Mapping[str, Any], names: set[str]) -> Iterator[Problem]:
        archived = stream.get("deletions", {}).get("archived")
        if archived is not None and not archived:
            yield self.at((*where, "archived"), "needs query or request")
        if archived and "request" in archived:
            yield from self.request((*where, "archived", "request"), archived["request"], names)

    def request(self, where: Path, request: Mapping[str, Any], allowed: set[str]) -> Iterator[Problem]:
        yield from self.placeholders(where, names_in(request), allowed)
        if request.get("method", "GET") == "GET" and "body" in request:
            yield self.at((*where, "body"), "a GET request has no body")
        wanted = request.get("bucket", [])
        for bucket in [wanted] if isinstance(wanted, str) else wanted:
            if bucket not in self.plain.get("limits", {}).get("buckets", {}):
                yield self.at((*where, "bucket"), f"there is no limit bucket {bucket}")

    def limits(self, limits: Mapping[str, Any]) -> Iterator[Problem]:
        known = limits.get("buckets", {})
        for name in limits.get("app_buckets", ()):
            if name not in known:
                yield self.at(("limits", "app_buckets"), f"there is no limit bucket {name}")
        for index, rule in enumerate(limits.get("learn", ())):
            if rule["bucket"] not in known:
                yield self.at(("limits", "learn", index, "bucket"), f"there is no limit bucket {rule['bucket']}")
        for name, quota in limits.get("quotas", {}).items():
            if "requests" not in quota and "limit_header" not in quota:
                yield self.at(("limits", "quotas", name), "needs requests, or a limit_header that tells them")
            if not is_zone(quota.get("zone", "UTC")):
                yield self.at(("limits", "quotas", name, "zone"), "is no time zone")

    def placeholders(self, where: Path, used: set[str], allowed: set[str]) -> Iterator[Problem]:
        known = {"config": self.plain.get("config", {}), "lookup": self.plain.get("lookups", {})}
        for name in sorted(used):
            group, _, rest = name.partition(".")
            if group not in allowed or (group in _RUN_TIME) == bool(rest):
                yield self.at(where, f"{{{name}}} is not known here")
            elif group in known and rest not in known[group]:
                yield self.at(where, f"{{{name}}}: {group} has no {rest}")
