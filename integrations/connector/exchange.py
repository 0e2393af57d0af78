"""One request, whatever it takes: its turn, signature, retries, waits and judgement."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode, urljoin

import httpx
import msgspec

from integrations.connector.auth import OAUTH_KINDS, Credentials, choose_auth, sign
from integrations.connector.errors import (
    AuthExpired,
    AuthRefused,
    BadResponse,
    Cancelled,
    ConnectorError,
    CredentialsRevoked,
    QuotaExhausted,
    RateLimited,
    Unavailable,
)
from integrations.connector.limits import Limiter, WaitTooLong
from integrations.connector.model import Auth, Manifest, Request
from integrations.connector.oauth import TokenCredentials
from integrations.connector.quotas import Quotas, app_scope
from integrations.connector.rates import Learn
from integrations.connector.responses import GOOD, check_type, judge
from integrations.connector.retries import backoff, retry_after
from integrations.connector.templates import ABSENT, fill, fill_path, fill_plain, fill_query
from listbackup.core.clock import now
from listbackup.core.http.client import BodyDamaged, BodyTooLarge, Fetched, HttpSettings, build_client, origin
from listbackup.core.http.redact import redact

T = TypeVar("T")
_DAY = 3600.0  # a longer wait is a quota, not a rate
_ENCODE = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Meter:
    """What was spent since it was last taken; belongs to one reading thread."""

    bytes_in: int = 0
    requests: int = 0
    waited_s: float = 0.0

    def take(self) -> dict[str, Any]:
        found = {"bytes_in": self.bytes_in, "requests": self.requests, "waited_s": self.waited_s}
        self.bytes_in, self.requests, self.waited_s = 0, 0, 0.0
        return found


@dataclass(frozen=True, slots=True)
class Ask:
    """A request ready to be sent."""

    method: str
    url: str
    query: dict[str, Any]
    body: Any
    form: bool
    headers: Mapping[str, str]
    bucket: tuple[str, ...]


class Exchange:
    """Shared by all threads of a reader."""

    def __init__(
        self,
        manifest: Manifest,
        *,
        credentials: Credentials,
        config: Mapping[str, Any],
        http: HttpSettings,
        limiter: Limiter,
        limit_scope: str,
        cancelled: Callable[[], bool],
        on_wait: Callable[[float, str], None],
        sleep: Callable[[float], None] = time.sleep,
        quota_share: int = 100,
    ) -> None:
        self.manifest = manifest
        self.config = {f"config.{name}": value for name, value in _with_defaults(manifest, config).items()}
        self._auth = choose_auth(manifest, credentials.secrets)
        self._credentials = _renewing(manifest, self._auth, credentials, http)
        self._base = fill_plain(manifest.base_url, self.config).rstrip("/")
        self._headers = {name: fill_plain(text, self.config) for name, text in manifest.headers.items()}
        self._origins = {origin(self._base), *(origin(url) for url in http.platform_hosts.values())}
        for host in manifest.hosts:
            self._origins |= {origin(f"https://{host}"), origin(f"{self._base.split(':', 1)[0]}://{host}")}
        self._client = build_client(http)
        self._limiter = limiter
        self._scope = limit_scope
        self._quotas = Quotas(manifest, limiter, limit_scope, quota_share)
        self._cancelled = cancelled
        self._on_wait = on_wait
        self._sleep = sleep
        self._slots = threading.BoundedSemaphore(manifest.limits.concurrency)

    def close(self) -> None:
        self._client.close()

    def ask(self, request: Request, values: Mapping[str, Any]) -> Ask:
        """Fills a request's placeholders. Raises RequestRefused when its path lacks a value."""
        body = fill(request.body, values) if request.body is not None else None
        return Ask(
            method=request.method,
            url=self._base + fill_path(request.path, values),
            query=fill_query(request.query, values),
            body=None if body is ABSENT else body,
            form=request.body_as == "form",
            headers=fill_query(request.headers, values) if request.headers else {},
            bucket=request.bucket,
        )

    def next_url(self, current: str, found: str, stream: str) -> str:
        """A next-page URL, when it leads to the platform itself. Raises BadResponse (host.refused)."""
        try:
            url = urljoin(current, found)
            there = origin(url)
        except ValueError:
            raise BadResponse(f"The next page's address cannot be read: {redact(found)[:200]}", stream=stream) from None
        if there not in self._origins:
            raise BadResponse(
                f"The next page leads to another host, {there[1]}: refused.",
                stream=stream,
                code="host.refused",
                remedy="If that host is the platform's own, add it to the connector's hosts.",
            )
        return url

    def send(self, ask: Ask, parse: Callable[[Fetched], T], *, stream: str, meter: Meter) -> T:
        """Sends until it is answered well. Raises the errors of `connector.errors`, HostRefused, BodyTooLarge."""
        refreshed, failures, waits = False, 0, 0
        while True:
            response, token, failure = self._try(ask, stream, meter)
            verdict = GOOD
            if response is not None:
                verdict = judge(self.manifest, response, stream)
                if verdict.do == "ok":
                    try:
                        check_type(self.manifest, response)
                        return parse(response)
                    except BadResponse as error:
                        error.stream = stream
                        if error.code not in ("response.truncated", "response.partial"):
                            raise
                        failure = error
                elif verdict.do == "raise":
                    assert verdict.error is not None
                    raise verdict.error
                elif verdict.do in ("refresh", "reconnect"):
                    self._renew(verdict.do, token, refreshed, verdict.error, stream)
                    refreshed = True
                    continue
                failure = failure or verdict.error
            assert failure is not None
            asked = retry_after(response.headers.get("retry-after"), now()) if response is not None else None
            if verdict.do == "wait":
                self._wait(ask.bucket[0], asked or verdict.wait_s, waits, failure, stream, meter)
                waits += 1
                if waits < max(3, self.manifest.retries.attempts):
                    continue
                raise RateLimited(failure.message, stream=stream, retry_at=now() + dt.timedelta(seconds=60 * waits))
            failures += 1
            if failures >= self.manifest.retries.attempts:
                raise failure
            self._again(asked, failures, failure, stream, meter)

    def _try(self, ask: Ask, stream: str, meter: Meter) -> tuple[Fetched | None, str, ConnectorError | None]:
        headers, query, token = sign(self._auth, self._credentials)
        self._turn(ask.bucket, stream, meter)
        content: bytes | None = None
        if ask.body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded" if ask.form else "application/json"
            content = urlencode(_pairs(ask.body)).encode() if ask.form else _ENCODE(ask.body)
        params = {**ask.query, **query}
        url = ask.url
        if params:
            # Added, because the addresses of next pages bring a query of their own.
            url += ("&" if "?" in url else "?") + urlencode(_pairs(params))
        meter.requests += 1
        try:
            with self._slots:
                response = self._client.fetch(
                    ask.method, url, headers={**self._headers, **ask.headers, **headers}, content=content
                )
        except httpx.HTTPError as error:
            broken = isinstance(error, httpx.ReadError)
            name = self.manifest.name
            told = f"{name} broke off its answer" if broken else f"{name} could not be reached"
            return None, token, Unavailable(f"{told}: {redact(str(error))}", stream=stream)
        except BodyDamaged as error:
            return None, token, BadResponse(error.message, stream=stream, code=error.code)
        except BodyTooLarge as error:
            raise BadResponse(
                error.message, stream=stream, code=error.code, remedy="Ask for smaller pages in the connector."
            ) from None
        meter.bytes_in += len(response.content)
        self._learn(ask.bucket[0], response)
        return response, token, None

    def _key(self, bucket: str) -> str:
        """What requests of the bucket are counted under."""
        if bucket in self.manifest.limits.app_buckets:
            return f"{app_scope(self._scope)}:{bucket}"
        return f"{self._scope}:{bucket}"

    def _turn(self, buckets: tuple[str, ...], stream: str, meter: Meter) -> None:
        if self._cancelled():
            raise Cancelled("The run was cancelled.", stream=stream)
        self._quotas.spend(stream)
        longest = self.manifest.retries.longest_wait_s

        def wait(seconds: float) -> None:
            self._pause(seconds, "rate.limited", stream, meter)

        try:
            for bucket in buckets:
                rules = self.manifest.limits.buckets.get(bucket, ())
                self._limiter.acquire(self._key(bucket), rules=rules, longest=longest, sleep=wait)
        except WaitTooLong as late:
            raise self._later(late.seconds, f"{self.manifest.name} allows no more requests for now.", stream) from None

    def _learn(self, bucket: str, response: Fetched) -> None:
        limits = self.manifest.limits
        self._quotas.learn(response)
        if response.status_code == 429:
            return
        if limits.remaining_header:
            self._take_over(Learn(bucket, limits.remaining_header, limits.reset_header, limits.reset_as), response)
        for rule in limits.learn:
            self._take_over(rule, response)

    def _take_over(self, rule: Learn, response: Fetched) -> None:
        text = response.headers.get(rule.remaining_header)
        if text is None or not text.isdigit() or int(text) > 0:
            return
        try:
            reset = float(response.headers.get(rule.reset_header, ""))
        except ValueError:
            return
        if rule.reset_as == "milliseconds":
            reset /= 1000
        elif rule.reset_as == "epoch":
            reset -= now().timestamp()
        self._limiter.learn(self._key(rule.bucket), {"remaining": 0.0, "reset_s": reset})

    def _renew(self, do: str, token: str, refreshed: bool, error: ConnectorError | None, stream: str) -> None:
        told = error.message if error else "The platform refused the credentials."
        if do == "reconnect":
            raise CredentialsRevoked(told, stream=stream)
        if self._auth.kind not in OAUTH_KINDS:
            raise AuthRefused(told, stream=stream)
        if refreshed:
            raise AuthExpired(told, stream=stream)
        try:
            self._credentials.refresh(token)
        except ConnectorError as failure:
            failure.stream = stream
            raise

    def _wait(
        self, bucket: str, asked: float | None, waits: int, failure: ConnectorError, stream: str, meter: Meter
    ) -> None:
        """Keeps everybody of this bucket away for a while; long waits end the run instead of holding a worker."""
        seconds = asked if asked is not None else self.manifest.limits.default_wait_s * 2.0**waits
        self._limiter.penalise(self._key(bucket), seconds)
        if seconds > self.manifest.retries.longest_wait_s:
            raise self._later(seconds, failure.message, stream)
        self._pause(seconds, "rate.limited", stream, meter)

    def _again(self, asked: float | None, failures: int, failure: ConnectorError, stream: str, meter: Meter) -> None:
        policy = self.manifest.retries
        if asked is not None and asked > policy.longest_wait_s:
            raise self._later(asked, failure.message, stream)
        self._pause(asked or backoff(failures - 1, policy), failure.code, stream, meter)

    def _later(self, seconds: float, told: str, stream: str) -> ConnectorError:
        kind = QuotaExhausted if seconds > _DAY else RateLimited
        return kind(told, stream=stream, retry_at=now() + dt.timedelta(seconds=seconds))

    def _pause(self, seconds: float, reason: str, stream: str, meter: Meter) -> None:
        if seconds >= 1:
            self._on_wait(seconds, reason)
        meter.waited_s += seconds
        left = seconds
        while left > 0:
            if self._cancelled():
                raise Cancelled("The run was cancelled.", stream=stream)
            step = min(left, 0.5)
            self._sleep(step)
            left -= step


def _renewing(manifest: Manifest, auth: Auth, credentials: Credentials, http: HttpSettings) -> Credentials:
    """For the client credentials grant the secrets are the client's own: tokens are fetched as they are needed."""
    secrets = credentials.secrets
    if auth.kind != "client_credentials" or secrets.get("access_token"):
        return credentials
    return TokenCredentials(
        manifest, client_id=secrets["client_id"], client_secret=secrets.get("client_secret", ""), http=http
    )


def _with_defaults(manifest: Manifest, config: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: entry.default for name, entry in manifest.config.items() if entry.default}
    return found | {name: value for name, value in config.items() if value not in (None, "")}


def _pairs(params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Query parameters as text; lists repeat their name, true and false are written as JSON does."""
    pairs = []
    for name, value in params.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            pairs.append((name, "true" if one is True else "false" if one is False else str(one)))
    return pairs
