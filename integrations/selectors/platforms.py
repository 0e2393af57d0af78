"""What can be connected, for pages and the API: the registry's manifests as people read them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count

from accounts.access.context import AccountContext
from integrations.connector.model import Auth, Manifest, NotRead, Stream
from integrations.connector.registry import platforms
from integrations.enums import AuthKind
from integrations.errors import StreamNotFound
from integrations.models import Connection, CustomPlatform
from integrations.oauth.clients import is_configured
from integrations.selectors.connections import connections_of
from integrations.selectors.manifests import manifest_of, parsed, platform_manifest

ABBREVIATIONS = frozenset({"crm", "cms", "erp", "hr", "pos"})


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing that a person types to connect."""

    name: str
    label: str
    help: str = ""
    required: bool = True
    secret: bool = True
    default: str = ""


@dataclass(frozen=True, slots=True)
class AuthOption:
    """One way to connect. `available` is False for OAuth without an application of ours at the platform."""

    kind: str
    label: str
    fields: tuple[FormField, ...] = ()
    available: bool = True

    @property
    def is_oauth(self) -> bool:
        return self.kind == AuthKind.OAUTH2


NO_SIGN_IN = AuthOption(AuthKind.NONE, "No sign-in")


@dataclass(frozen=True, slots=True)
class Permission:
    """A scope that is asked for, and what it is for: the streams that cannot be read without it."""

    scope: str
    required: bool
    streams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamFacts:
    name: str
    label: str
    description: str
    key: tuple[str, ...]
    cursor: str
    incremental: bool
    parent: str
    deletions: str
    scopes: tuple[str, ...]
    optional: bool
    restore: bool = False
    inline: bool = False
    sweep_hours: float | None = None  # how often it is read in full to find what disappeared


@dataclass(frozen=True, slots=True)
class PlatformInfo:
    key: str
    name: str
    category: str
    description: str
    docs: str
    status: str
    auth: tuple[AuthOption, ...]
    config: tuple[FormField, ...]
    permissions: tuple[Permission, ...]
    streams: tuple[StreamFacts, ...]
    found_at_run_time: bool
    authorize_url: str
    limits: tuple[str, ...] = ()
    concurrency: int = 1
    hosts: tuple[str, ...] = field(default=())
    not_read: tuple[NotRead, ...] = ()
    has_quota: bool = False

    @property
    def main_streams(self) -> tuple[StreamFacts, ...]:
        """Those with a pass of their own."""
        return tuple(stream for stream in self.streams if not stream.inline)

    @property
    def inline_streams(self) -> tuple[StreamFacts, ...]:
        """Those that are read along with the records they belong to."""
        return tuple(stream for stream in self.streams if stream.inline)

    @property
    def restorable(self) -> int:
        """How many streams can be written back."""
        return sum(stream.restore for stream in self.streams)

    @property
    def auth_kinds(self) -> tuple[str, ...]:
        return tuple(option.kind for option in self.auth)

    @property
    def oauth(self) -> AuthOption | None:
        return next((option for option in self.auth if option.is_oauth), None)

    @property
    def category_label(self) -> str:
        words = self.category.replace("_", " ")
        return words.upper() if words in ABBREVIATIONS else words.capitalize()


def catalogue(*, category: str = "", kind: str = "", status: str = "", search: str = "") -> list[PlatformInfo]:
    """The platforms by name; filters are exact, except `search`, which looks into names, descriptions and kinds of data."""
    words = search.lower().split()
    found = []
    for manifest in platforms().values():
        info = describe(manifest)
        labels = " ".join(stream.label for stream in info.main_streams)
        text = f"{info.name} {info.description} {info.category_label} {labels}".lower()
        if (
            (not category or info.category == category)
            and (not kind or kind in info.auth_kinds)
            and (not status or info.status == status)
            and all(word in text for word in words)
        ):
            found.append(info)
    return sorted(found, key=lambda info: info.name.lower())


def categories() -> list[tuple[str, str]]:
    """Category and its label, of the platforms that there are."""
    return sorted({(info.category, info.category_label) for info in catalogue()})


def get_platform(key: str) -> PlatformInfo:
    """Raises PlatformNotFound."""
    return describe(platform_manifest(key))


def get_stream(platform: PlatformInfo, name: str) -> StreamFacts:
    """Raises StreamNotFound."""
    for stream in platform.streams:
        if stream.name == name:
            return stream
    raise StreamNotFound(f"{platform.name} has no kind of data called {name[:64]}.")


def platform_of(connection: Connection) -> PlatformInfo:
    """The connection's platform, its own custom one included. Raises PlatformNotFound when it is gone."""
    return describe(manifest_of(connection))


def custom_info(custom: CustomPlatform) -> PlatformInfo:
    """A custom platform as people read it."""
    return describe(parsed(custom.manifest))


def platform_name(connection: Connection) -> str:
    """The platform's name, or its key when this version no longer knows it; asks nothing of the database."""
    if connection.custom_platform is not None:
        return connection.custom_platform.name
    manifest = platforms().get(connection.platform)
    return manifest.name if manifest else connection.platform


def option_of(platform: PlatformInfo, kind: str) -> AuthOption | None:
    return next((option for option in platform.auth if option.kind == kind), None)


def connection_counts(context: AccountContext) -> dict[str, int]:
    """Platform's key → how many connections the context sees: one query."""
    rows = connections_of(context).order_by().values("platform").annotate(count=Count("id"))
    return {row["platform"]: row["count"] for row in rows}


def describe(manifest: Manifest) -> PlatformInfo:
    """A manifest as people read it."""
    options = tuple(_option(manifest, auth) for auth in manifest.auth)
    oauth = next((auth for auth in manifest.auth if auth.kind == AuthKind.OAUTH2), None)
    return PlatformInfo(
        key=manifest.key,
        name=manifest.name,
        category=manifest.category,
        description=manifest.description,
        docs=manifest.docs,
        status="available" if not options or any(option.available for option in options) else "not_configured",
        auth=options,
        config=tuple(
            FormField(name, spec.label, spec.help, spec.required and not spec.default, False, spec.default)
            for name, spec in manifest.config.items()
            if not spec.hidden
        ),
        permissions=tuple(_permissions(manifest, oauth)) if oauth else (),
        streams=tuple(_facts(stream) for stream in manifest.streams.values()),
        found_at_run_time=bool(manifest.discover),
        authorize_url=oauth.authorize_url if oauth else "",
        limits=tuple(
            f"{rule.requests:,} requests in {rule.per:g} s" + ("" if bucket == "default" else f" ({bucket})")
            for bucket, rules in manifest.limits.buckets.items()
            for rule in rules
        ),
        concurrency=manifest.limits.concurrency,
        hosts=manifest.hosts,
        not_read=manifest.not_read,
        has_quota=bool(manifest.limits.quotas),
    )


def _option(manifest: Manifest, auth: Auth) -> AuthOption:
    fields = tuple(
        FormField(secret.name, secret.label, secret.help, required=not secret.optional) for secret in auth.secrets
    )
    kind = AuthKind(auth.kind)
    is_oauth = kind == AuthKind.OAUTH2
    return AuthOption(
        kind=auth.kind,
        label=auth.label or kind.label,
        fields=() if is_oauth else fields,
        available=is_configured(manifest.key) if is_oauth else True,
    )


def _permissions(manifest: Manifest, auth: Auth) -> Iterable[Permission]:
    for scopes, required in ((auth.scopes, True), (auth.optional_scopes, False)):
        for scope in scopes:
            streams = [stream for stream in manifest.streams.values() if scope in stream.scopes]
            # What is read along with its parent (associations) is no reason of its own to people.
            users = tuple(stream.label for stream in streams if not stream.inline)
            if any(scope in found.scopes for found in manifest.discover):
                users += ("the kinds of data that only your account has",)
            yield Permission(scope, required, users)


def _facts(stream: Stream) -> StreamFacts:
    return StreamFacts(
        name=stream.name,
        label=stream.label,
        description=stream.description,
        key=stream.key,
        cursor=".".join(stream.cursor),
        incremental=stream.incremental is not None,
        parent=stream.parent.stream if stream.parent else "",
        deletions=_deletions(stream),
        scopes=stream.scopes,
        optional=stream.optional,
        inline=stream.inline,
        sweep_hours=stream.deletions.sweep_every_s / 3600 if stream.incremental and stream.deletions.sweep else None,
    )


def _deletions(stream: Stream) -> str:
    """How a deletion at the platform is noticed: archived, flag, sweep, with_parent or none."""
    rule = stream.deletions
    if rule.archived is not None:
        return "archived"
    if rule.flag:
        return "flag"
    if rule.sweep:
        return "sweep"
    return "with_parent" if stream.inline else "none"
