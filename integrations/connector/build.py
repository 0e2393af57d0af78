"""Makes the manifest's objects out of validated plain data."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from integrations.connector.model import (
    Auth,
    Batch,
    ById,
    CheckRule,
    Chunks,
    ConfigField,
    Count,
    Deletions,
    Discovery,
    ErrorRule,
    FanOut,
    Incremental,
    Lookup,
    Manifest,
    Metadata,
    NotRead,
    PageRule,
    Parent,
    Request,
    SecretField,
    Stream,
    field_path,
)
from integrations.connector.rates import Learn, Limits, Quota, Retries, Rule
from integrations.connector.templates import set_vars
from integrations.connector.webhooks.rules import webhooks_of

Plain = Mapping[str, Any]


def expand(streams: Plain, templates: Plain) -> dict[str, dict[str, Any]]:
    """Every stream with its template's values under its own, and `{vars.*}` replaced."""
    return {name: expand_one(stream or {}, templates) for name, stream in streams.items()}


def expand_one(stream: Plain, templates: Plain) -> dict[str, Any]:
    base = templates.get(stream.get("use", ""), {})
    merged = {**base, **{key: value for key, value in stream.items() if key != "use"}}
    merged["vars"] = {**base.get("vars", {}), **stream.get("vars", {})}
    filled: dict[str, Any] = set_vars({key: value for key, value in merged.items() if key != "vars"}, merged["vars"])
    filled["vars"] = merged["vars"]
    return filled


def manifest_of(plain: Plain) -> Manifest:
    templates = plain.get("templates", {})
    streams = {name: stream_of(name, data) for name, data in expand(plain["streams"], templates).items()}
    return Manifest(
        key=plain["key"],
        name=plain["name"],
        base_url=plain["base_url"],
        streams=streams,
        category=plain.get("category", "custom"),
        description=plain.get("description", ""),
        docs=plain.get("docs", ""),
        hosts=tuple(plain.get("hosts", ())),
        headers=plain.get("headers", {}),
        config={name: _config(name, data) for name, data in plain.get("config", {}).items()},
        auth=tuple(_auth(data) for data in plain.get("auth", [{"kind": "none"}])),
        check=_check(plain["check"]) if "check" in plain else None,
        limits=_limits(plain.get("limits", {})),
        retries=Retries(**plain.get("retries", {})),
        errors=tuple(_error(data) for data in plain.get("errors", ())),
        lookups={name: _lookup(name, data) for name, data in plain.get("lookups", {}).items()},
        discover=tuple(_discovery(data, templates) for data in plain.get("discover", ())),
        not_read=tuple(NotRead(**data) for data in plain.get("not_read", ())),
        webhooks=webhooks_of(plain["webhooks"]) if "webhooks" in plain else None,
    )


def stream_of(name: str, plain: Plain) -> Stream:
    key = plain["key"]
    request = request_of(plain["request"])
    records = field_path(plain.get("records", ""))
    count = plain.get("count")
    return Stream(
        name=name,
        label=plain.get("label") or name.replace("_", " ").capitalize(),
        request=request,
        key=(key,) if isinstance(key, str) else tuple(key),
        description=plain.get("description", ""),
        records=records,
        records_as=plain.get("records_as", "list"),
        cursor=field_path(plain.get("cursor", "")),
        page=page_of(plain.get("page", {"kind": "none"})),
        incremental=_incremental(plain["incremental"]) if "incremental" in plain else None,
        deletions=_deletions(plain.get("deletions", {}), request),
        parent=_parent(plain["parent"]) if "parent" in plain else None,
        chunks=Chunks(**plain["chunks"]) if "chunks" in plain else None,
        scopes=tuple(plain.get("scopes", ())),
        optional=plain.get("optional", False),
        count=Count(request_of(count["request"]), field_path(count["path"])) if count else None,
        by_id=_by_id(plain["by_id"]) if "by_id" in plain else None,
        vars=plain.get("vars", {}),
    )


def request_of(plain: Plain) -> Request:
    known = dict(plain)
    bucket = known.get("bucket", "default")
    known["bucket"] = (bucket,) if isinstance(bucket, str) else tuple(bucket)
    return Request(**known)


def page_of(plain: Plain) -> PageRule:
    known = dict(plain)
    starts_at = {"number": 1, "offset": 0}.get(known["kind"], 0)
    return PageRule(
        kind=known["kind"],
        next=field_path(known.get("next", "")),
        source=known.get("from", "header" if "header" in known and "next" not in known else "body"),
        header=known.get("header", ""),
        param=known.get("param", ""),
        place=known.get("in", "query"),
        size=known.get("size"),
        size_param=known.get("size_param", ""),
        start=known.get("start", starts_at),
        more=field_path(known.get("more", "")),
        total=field_path(known.get("total", "")),
        total_ends=known.get("total_ends", True),
        pages=field_path(known.get("pages", "")),
        stop=known.get("stop", "empty"),
        cap=known.get("cap"),
        also={name: field_path(path) for name, path in known.get("also", {}).items()},
        from_url=known.get("from_url", False),
    )


def _config(name: str, plain: Plain) -> ConfigField:
    known = {key: value for key, value in plain.items() if key not in ("as", "from_secret")}
    part = plain.get("from_secret")
    from_secret = (part["secret"], part["after"]) if part else None
    return ConfigField(name=name, host=plain.get("as") == "host", from_secret=from_secret, **known)


def _auth(plain: Plain) -> Auth:
    known = {key: value for key, value in plain.items() if key not in ("secret", "username", "password", "in", "help")}
    for name in ("scopes", "optional_scopes"):
        known[name] = tuple(known.get(name, ()))
    for name in ("account_id", "account_label", "granted_scopes"):
        if name in known:
            known[name] = field_path(known[name])
    known["place"] = plain.get("in", "header")
    known["token_errors"] = tuple(_error(rule) for rule in known.get("token_errors", ()))
    if "metadata" in known:
        found = known["metadata"]
        paths = {name: field_path(path) for name, path in found["config"].items()}
        known["metadata"] = Metadata(found["url"], found.get("prefix", "Bearer "), paths)
    known["told"] = {name: field_path(path) for name, path in known.get("told", {}).items()}
    if "fan_out" in known:
        known["fan_out"] = _fan_out(known["fan_out"])
    if plain["kind"] == "bearer":
        known.setdefault("prefix", "Bearer ")
    return Auth(**known, secrets=_secrets(plain))


def _check(plain: Plain) -> CheckRule:
    account_id, label = field_path(plain.get("account_id", "")), field_path(plain.get("account_label", ""))
    return CheckRule(request_of(plain["request"]), account_id, label, plain.get("account_config", ""))


def _fan_out(plain: Plain) -> FanOut:
    listed = {"label": "Accounts", "key": plain["id"], **plain["members"]}
    return FanOut(
        when=field_path(plain["when"]),
        equals=plain["equals"],
        members=stream_of("members", listed),
        label=field_path(plain.get("label", "")),
        member=plain["member"],
        token=request_of(plain["token"]),
        check=_check(plain["check"]) if "check" in plain else None,
    )


def _secrets(plain: Plain) -> tuple[SecretField, ...]:
    kind, told = plain["kind"], plain.get("help", "")
    if kind in ("bearer", "api_key"):
        default = "access_token" if kind == "bearer" else "api_key"
        name = plain.get("secret", default)
        return (SecretField(name, plain.get("label") or name.replace("_", " ").capitalize(), told),)
    if kind == "basic":
        user = SecretField(plain.get("username", "username"), "User name", told)
        return (user, SecretField(plain.get("password", "password"), "Password", "", optional=True))
    if kind == "client_credentials":
        return (SecretField("client_id", "Client ID", told), SecretField("client_secret", "Client secret"))
    return ()


def _incremental(plain: Plain) -> Incremental:
    known = dict(plain)
    if "request" in known:
        known["request"] = request_of(known["request"])
    if "page" in known:
        known["page"] = page_of(known["page"])
    if "records" in known:
        known["records"] = field_path(known["records"])
    return Incremental(**known)


def _deletions(plain: Plain, request: Request) -> Deletions:
    archived = plain.get("archived")
    if archived is not None:
        base = request_of(archived["request"]) if "request" in archived else request
        archived = replace(base, query={**base.query, **archived.get("query", {})})
    return Deletions(
        flag=field_path(plain.get("flag", "")),
        flag_values=tuple(plain.get("flag_values", (True,))),
        archived=archived,
        sweep=plain.get("sweep", False),
        sweep_every_s=plain.get("sweep_every_h", 24) * 3600.0,
    )


def _parent(plain: Plain) -> Parent:
    known = dict(plain)
    known["values"] = tuple(known.get("values", ()))
    if "batch" in known:
        known["batch"] = _batch(known["batch"])
        known.setdefault("mode", "batch")
    return Parent(**known)


def _batch(plain: Plain) -> Batch:
    batch = dict(plain)
    for name in ("inputs", "more", "errors", "error_kind"):
        batch[name] = field_path(batch.get(name, ""))
    batch["absent_errors"] = tuple(batch.get("absent_errors", ()))
    return Batch(**batch)


def _by_id(plain: Plain) -> ById:
    batch = _batch(plain["batch"]) if "batch" in plain else None
    return ById(request_of(plain["request"]), field_path(plain.get("records", "")), batch)


def _limits(plain: Plain) -> Limits:
    known = dict(plain)
    known["buckets"] = {
        name: tuple(Rule(rule["requests"], float(rule["per_s"]), rule.get("burst")) for rule in rules)
        for name, rules in plain.get("buckets", {}).items()
    }
    known["app_buckets"] = tuple(known.get("app_buckets", ()))
    known["quotas"] = tuple(Quota(name, **quota) for name, quota in known.get("quotas", {}).items())
    known["learn"] = tuple(Learn(**rule) for rule in known.get("learn", ()))
    return Limits(**known)


def _error(plain: Plain) -> ErrorRule:
    known = dict(plain)
    status = known.pop("status", ())
    known["statuses"] = (status,) if isinstance(status, int) else tuple(status)
    known["path"] = field_path(known["path"]) if "path" in known else None
    return ErrorRule(**known)


def _lookup(name: str, plain: Plain) -> Lookup:
    return Lookup(name, request_of(plain["request"]), field_path(plain.get("records", "")), field_path(plain["value"]))


def _discovery(plain: Plain, templates: Plain) -> Discovery:
    template = expand_one({"use": plain["use"]}, templates)
    return Discovery(
        request=request_of(plain["request"]),
        records=field_path(plain.get("records", "")),
        name=plain["name"],
        label=plain.get("label", ""),
        # The placeholders of what is only known at run time stay in it.
        template=stream_of(plain["use"], template),
        vars={name: field_path(path) for name, path in plain.get("vars", {}).items()},
        set=plain.get("set", {}),
        scopes=tuple(plain.get("scopes", ())),
    )
