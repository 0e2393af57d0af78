"""The manifest as objects. Only `manifest.load_manifest` makes them, from text that was validated."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.connector.rates import Limits, Retries
from integrations.connector.webhooks.rules import FieldPath, Webhooks


@dataclass(frozen=True, slots=True)
class SecretField:
    """A secret that a person enters for a connection."""

    name: str
    label: str
    help: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ConfigField:
    name: str
    label: str
    help: str = ""
    required: bool = True
    default: str = ""
    pattern: str = ""
    host: bool = False  # a host name; of a pasted address it is what counts
    from_secret: tuple[str, str] | None = None  # what stands in that secret behind the last such mark
    hidden: bool = False  # no person enters it: the platform tells
    from_client_id: str = ""  # of OAuth: what stands in our client id before the first such mark


@dataclass(frozen=True, slots=True)
class FanOut:
    """One grant for many accounts: an agency's, when the token reply has `equals` at `when`.

    `members` lists them, `id` and `label` are fields of its records; `token` draws a member's own token with the agency's,
    `{config.NAME}` of `member` being the member's id. `check` is the agency's own live call.
    """

    when: FieldPath
    equals: str
    members: "Stream"
    label: FieldPath
    member: str
    token: "Request"
    check: "CheckRule | None" = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """A call with the new token that says where its account lives: `config` takes settings from the answer."""

    url: str
    prefix: str = "Bearer "
    config: Mapping[str, FieldPath] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Auth:
    """`kind`: oauth2, client_credentials, bearer, api_key, basic or none. URLs and scopes are of the OAuth kinds.

    `refresh_auth` is how our client proves itself at a refresh, when that differs from `client_auth`. `grant_lifetime_s`
    is how long a refresh token lives without being used. The first of `token_errors` that fits decides.
    """

    kind: str
    label: str = ""
    secrets: tuple[SecretField, ...] = ()
    place: str = "header"
    name: str = "Authorization"
    prefix: str = ""
    authorize_url: str = ""
    token_url: str = ""
    introspect_url: str = ""
    revoke_url: str = ""
    scopes: tuple[str, ...] = ()
    optional_scopes: tuple[str, ...] = ()
    optional_scope_param: str = ""
    scope_separator: str = " "
    pkce: bool = True
    client_auth: str = "body"
    authorize_params: Mapping[str, str] = field(default_factory=dict)
    account_id: FieldPath = ()
    account_label: FieldPath = ()
    granted_scopes: FieldPath = ("scope",)
    token_lifetime_s: float | None = None
    refresh_auth: str = ""
    token_params: Mapping[str, str] = field(default_factory=dict)
    token_errors: tuple["ErrorRule", ...] = ()
    grant_lifetime_s: float | None = None
    metadata: Metadata | None = None
    told: Mapping[str, FieldPath] = field(default_factory=dict)
    fan_out: FanOut | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Values may hold placeholders such as `{parent.id}`; see `templates`."""

    path: str
    method: str = "GET"
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    body_as: str = "json"
    headers: Mapping[str, str] = field(default_factory=dict)
    bucket: tuple[str, ...] = ("default",)


@dataclass(frozen=True, slots=True)
class PageRule:
    """`kind`: cursor, next_url, link_header, number, offset, keyset or none."""

    kind: str = "none"
    next: FieldPath = ()
    source: str = "body"
    header: str = ""
    param: str = ""
    place: str = "query"
    size: int | None = None
    size_param: str = ""
    start: int = 1
    more: FieldPath = ()
    total: FieldPath = ()
    total_ends: bool = True  # False: it only tells whether records went while the pages were read
    pages: FieldPath = ()
    stop: str = "empty"
    cap: int | None = None
    also: Mapping[str, FieldPath] = field(default_factory=dict)
    from_url: bool = False


@dataclass(frozen=True, slots=True)
class Incremental:
    """`style`: filter (the platform selects) or newest_first (the walk ends at what is known). Times in seconds."""

    style: str = "filter"
    format: str = "rfc3339"
    inclusive: bool = True
    look_back_s: float = 0.0
    horizon_s: float = 0.0
    window_s: float | None = None
    start: str = ""
    request: Request | None = None
    page: PageRule | None = None
    records: FieldPath | None = None


@dataclass(frozen=True, slots=True)
class Deletions:
    """Which of the ways to learn of deletions this stream has; several may be given."""

    flag: FieldPath = ()
    flag_values: tuple[Any, ...] = (True,)
    archived: Request | None = None
    sweep: bool = False
    sweep_every_s: float = 86_400.0


@dataclass(frozen=True, slots=True)
class Chunks:
    """A long list of fields is asked for in several requests, whose records are put together."""

    lookup: str
    param: str
    merge: str
    max_chars: int = 6_000
    separator: str = ","


@dataclass(frozen=True, slots=True)
class Batch:
    """Children of a page of parents by one request: `inputs` is the body's list, `key` the parent's id in it."""

    inputs: FieldPath
    key: str
    size: int = 100
    more: FieldPath = ()
    more_param: str = ""
    merge: str = ""
    errors: FieldPath = ()
    error_kind: FieldPath = ()
    absent_errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parent:
    """`mode`: batch or each (within the parent's pass), own (a pass of its own). `values` stand in for a stream."""

    stream: str = ""
    mode: str = "own"
    values: tuple[str, ...] = ()
    lookup: str = ""
    batch: Batch | None = None
    skip_missing: bool = True


@dataclass(frozen=True, slots=True)
class ById:
    """Reads records by their keys: many with one request (`batch`), or one each with `{key}` in the request."""

    request: Request
    records: FieldPath = ()
    batch: Batch | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """`key` parts are record fields, or placeholders such as `{parent.id}` as plain text."""

    name: str
    label: str
    request: Request
    key: tuple[str, ...]
    description: str = ""
    records: FieldPath = ()
    records_as: str = "list"
    cursor: FieldPath = ()
    page: PageRule = field(default_factory=PageRule)
    incremental: Incremental | None = None
    deletions: Deletions = field(default_factory=Deletions)
    parent: Parent | None = None
    chunks: Chunks | None = None
    scopes: tuple[str, ...] = ()
    optional: bool = False
    count: "Count | None" = None
    by_id: ById | None = None
    vars: Mapping[str, str] = field(default_factory=dict)

    @property
    def inline(self) -> bool:
        """Whether it is read within its parent's pass."""
        return self.parent is not None and self.parent.mode in ("batch", "each")


@dataclass(frozen=True, slots=True)
class Count:
    request: Request
    path: FieldPath


@dataclass(frozen=True, slots=True)
class Lookup:
    """Values found at run time (names of fields, ids of types), one per record of an unpaged list."""

    name: str
    request: Request
    records: FieldPath
    value: FieldPath


@dataclass(frozen=True, slots=True)
class Discovery:
    """Streams found at run time: one per record of an unpaged list, made of a template.

    `vars` are taken from the record, `set` are the same for all; `name` and `label` may hold both.
    """

    request: Request
    records: FieldPath
    name: str
    label: str
    template: Stream
    vars: Mapping[str, FieldPath]
    set: Mapping[str, str] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """The first rule that fits decides. `do`: fail, retry, wait, refresh, reconnect, stream_off, missing.

    `path` `.` looks at the whole answer. `wait_s` is how long a `wait` lasts when the platform does not say.
    """

    do: str
    statuses: tuple[int, ...] = ()
    path: FieldPath | None = None
    header: str = ""
    equals: str = ""
    contains: str = ""
    message: str = ""
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class NotRead:
    """Something that the platform holds and the manifest does not read."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class CheckRule:
    """`account_config` names the setting that identifies the account where the answer does not."""

    request: Request
    account_id: FieldPath = ()
    account_label: FieldPath = ()
    account_config: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    key: str
    name: str
    base_url: str
    streams: Mapping[str, Stream]
    category: str = "custom"
    description: str = ""
    docs: str = ""
    hosts: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, ConfigField] = field(default_factory=dict)
    auth: tuple[Auth, ...] = ()
    check: CheckRule | None = None
    limits: Limits = field(default_factory=Limits)
    retries: Retries = field(default_factory=Retries)
    errors: tuple[ErrorRule, ...] = ()
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    discover: tuple[Discovery, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    webhooks: Webhooks | None = None

    @property
    def auth_kinds(self) -> tuple[str, ...]:
        return tuple(auth.kind for auth in self.auth)

    def auth_of(self, kind: str) -> Auth:
        """Raises KeyError when the platform has no such sign-in."""
        for auth in self.auth:
            if auth.kind == kind:
                return auth
        raise KeyError(kind)

    def children_of(self, stream: str) -> list[Stream]:
        """Streams that are read within the pass of `stream`."""
        return [one for one in self.streams.values() if one.inline and one.parent and one.parent.stream == stream]


def field_path(text: str) -> FieldPath:
    """`a.b` as parts; `""` and `.` mean the whole document."""
    return tuple(part for part in text.split(".") if part)


PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[A-Za-z0-9_.-]+)?)\}")
