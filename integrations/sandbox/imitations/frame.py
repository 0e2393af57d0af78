"""What all imitations share: hosts, documents, time, tokens, limits, faults and the log, and how a request is answered."""

import asyncio
import inspect
import random
import sqlite3
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from integrations.sandbox import database, jsonio
from integrations.sandbox.admin.faults import Fault, Faults, transform
from integrations.sandbox.admin.log import RequestLog
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.config import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET
from integrations.sandbox.http import ApiError, Headers, Reply, Request, Router
from integrations.sandbox.imitations.deliveries import Deliveries
from integrations.sandbox.imitations.grants import Grants, OAuthError, OAuthStyle
from integrations.sandbox.items import Items

STATIC_SECRET = "sandbox-secret-0000000000000001"  # noqa: S105  the imitation's own, worth nothing elsewhere
LOGIN = Reply(
    200, b"<!DOCTYPE html><title>Sign in</title><form><input name=email></form>", [(b"content-type", b"text/html")]
)


@dataclass(frozen=True)
class Settings:
    """`scale` is the number of documents of the main kind; `limits` false lifts rate limits, not page limits.

    With `data_dir` changes and grants outlive the process, as they do at a platform; otherwise all is in memory.
    """

    data_dir: Path | None = None
    seed: int = 1
    scale: int = 60
    limits: bool = True
    client_id: str = DEFAULT_CLIENT_ID
    client_secret: str = DEFAULT_CLIENT_SECRET
    secret: str = STATIC_SECRET


class Imitation(ABC):
    """One imitated account. A platform fills in the class variables and overrides what differs.

    `documents` holds everything by kind (and parent); `archived` ones are those that the platform calls deleted.
    """

    key: ClassVar[str]
    name: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]]
    oauth: ClassVar[OAuthStyle | None] = None
    # What `add`, `change` and `delete` of the administration know; the first is the usual one.
    kinds: ClassVar[tuple[str, ...]]

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.limits_on = settings.limits
        self.faults = Faults()
        self.log = RequestLog()
        self.deliveries = Deliveries()
        self.random = random.Random(settings.seed)
        self.routers = {host: Router() for host in self.hosts}
        self._path = (
            settings.data_dir / f"{self.key}-seed{settings.seed}-scale{settings.scale}.sqlite3"
            if settings.data_dir
            else None
        )
        is_new = self._path is None or not database.is_complete(self._path)
        self._db = self._open(anew=is_new)
        self.clock = SandboxClock(int(database.get_meta(self._db, "clock-offset-ms") or 0))
        self.documents = Items(self._db)
        self.grants = Grants(
            self.oauth or OAuthStyle(), self.clock, settings.client_id, settings.client_secret, self._db
        )
        if self.oauth:
            self.oauth.register(self)
        self.register()
        if is_new:
            self.seed()
            database.set_meta(self._db, "complete", database.FORMAT)

    def _open(self, *, anew: bool) -> sqlite3.Connection:
        if self._path is None:
            found = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        else:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if anew:
                database.remove(self._path)
            found = database.connect(self._path)
        if anew:
            found.executescript(database.TABLES + database.INDEXES)
        return found

    def advance(self, seconds: float) -> None:
        """Moves the platform's time forward."""
        self.clock.advance(seconds)
        database.set_meta(self._db, "clock-offset-ms", str(self.clock.offset_ms))

    def anew(self) -> "Imitation":
        """The same account as it was at first; this one ends."""
        self._db.close()
        if self._path is not None:
            database.remove(self._path)
        return type(self)(self.settings)

    def at(self, host: str) -> Router:
        """Where the paths of one of `hosts` are registered."""
        return self.routers[host]

    # What a platform writes ---------------------------------------------------------------------------------------

    @abstractmethod
    def register(self) -> None:
        """Adds the routes: `self.at(host).add("GET", "/path/{id}", handler)`; `public=True` needs no sign-in."""

    @abstractmethod
    def seed(self) -> None:
        """Fills `documents`, by `self.random` and `settings.scale` only: the same seed gives the same data."""

    def authorize(self, request: Request) -> Any:
        """Who asks, kept as `request.grant`. The default is a bearer token. Raises ApiError 401."""
        scheme, _, token = request.header("authorization").partition(" ")
        if token == self.settings.secret and scheme.lower() == "bearer":
            return None
        grant = self.grants.live(token) if scheme.lower() == "bearer" else None
        if grant is None:
            raise self.token_refused()
        return grant

    def limit(self, request: Request) -> Headers:
        """Counts the request; returns the platform's rate headers. Raises `too_many` only while `limits_on`."""
        return []

    def shape(self, error: ApiError) -> Reply:
        """An error answer as this platform writes it."""
        return Reply(error.status, jsonio.dumps({"message": error.message, **error.extra}))

    def token_refused(self) -> ApiError:
        return ApiError(401, "The access token is not accepted.")

    def too_many(self, seconds: float = 0) -> ApiError:
        """The platform's 429; `seconds` > 0 adds Retry-After."""
        headers = [(b"retry-after", str(int(seconds)).encode())] if seconds else []
        return ApiError(429, "Too many requests.", headers=headers)

    def forbidden(self) -> ApiError:
        """The platform's answer to a token that lacks a permission."""
        return ApiError(403, "Permission denied.")

    def spoil(self, kind: str, request: Request, page: Any) -> Any:
        """A page with the fault `empty_list` or `duplicates` in it: the first list of the answer is the page."""
        if kind == "repeated_cursor":
            raise ApiError(400, f"{self.name} has no way to show {kind}.")
        name = next((name for name, value in page.items() if isinstance(value, list) and value), None)
        if name is None:
            return page
        return {**page, name: [] if kind == "empty_list" else page[name] + page[name][:3]}

    def token_reply(self, reply: dict[str, Any], fields: dict[str, str]) -> dict[str, Any]:
        """The token endpoint's answer with what this platform adds to it."""
        return reply

    def token_error(self, error: OAuthError) -> OAuthError:
        """The token address's refusal as this platform words it."""
        return error

    def added(self, kind: str, number: int) -> str:
        """Somebody makes a document; returns its id."""
        raise ApiError(400, f"{self.name} cannot add {kind} here.")

    def changed(self, kind: str, item_id: str) -> None:
        """Somebody edits a document, so that the platform shows it as modified now."""
        raise ApiError(400, f"{self.name} cannot change {kind} here.")

    def deleted(self, kind: str, item_id: str) -> None:
        """Somebody deletes a document. The default forgets it, as platforms do that have no bin."""
        for parent in self.documents.parents(kind):
            self.documents.delete(kind, item_id, parent)

    # How a request is answered ------------------------------------------------------------------------------------

    async def answer(self, host: str, request: Request) -> Reply:
        """The reply to a request at one of `hosts`: faults first, then limits, sign-in and the handler."""
        started = time.perf_counter()
        names = ""
        try:
            faults = self.faults.match(request)
            names = ",".join(fault.kind for fault in faults)
            for fault in faults:
                if fault.kind == "slow":
                    await asyncio.sleep(fault.seconds)
            reply = next((found for fault in faults if (found := self._instead(fault)) is not None), None)
            if reply is None:
                reply = await self._dispatch(host, request)
                for fault in faults:
                    reply = self._spoilt(fault, request, reply)
        except ApiError as error:
            reply = self.shape(error)
            reply.headers = [*reply.headers, *error.headers]
        took = round((time.perf_counter() - started) * 1000, 2)
        self.log.add(
            self.clock.now_ms(), request.method, request.path, request.query_string[:300], reply.status, took,
            len(reply.body), names,
        )  # fmt: skip
        return reply

    async def _dispatch(self, host: str, request: Request) -> Reply:
        router = self.routers.get(host)
        if router is None:
            raise ApiError(404, f"{host} is not one of {self.name}'s hosts here.")
        route, request.params = router.match(request.method, request.path)
        headers: Headers = []
        if not route.public:
            headers = self.limit(request)
            request.grant = self.authorize(request)
            if route.scopes and request.grant is not None and request.grant.scopes.isdisjoint(route.scopes):
                raise self.forbidden()
        answer = route.handler(request)
        reply = await answer if inspect.isawaitable(answer) else answer
        reply.headers = [*reply.headers, *headers]
        return reply

    def _instead(self, fault: Fault) -> Reply | None:
        if fault.kind == "rate_limit":
            raise self.too_many(fault.seconds)
        if fault.kind == "server_error":
            raise ApiError(fault.status, "internal error")
        if fault.kind in ("expired_token", "revoked_grant"):
            raise self.token_refused()
        if fault.kind == "missing_scopes":
            raise self.forbidden()
        return Reply(LOGIN.status, LOGIN.body, list(LOGIN.headers)) if fault.kind == "html_login" else None

    def _spoilt(self, fault: Fault, request: Request, reply: Reply) -> Reply:
        if fault.kind in ("empty_list", "repeated_cursor", "duplicates") and reply.status < 300:
            return Reply(
                reply.status, jsonio.dumps(self.spoil(fault.kind, request, jsonio.loads(reply.body))), reply.headers
            )
        return transform(fault, request, reply)
