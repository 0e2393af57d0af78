"""Judges an answer's status and headers: good, to be retried, or which error it is."""

import datetime as dt
import email.utils
from dataclasses import dataclass, replace
from typing import Any

import httpx
import msgspec

from integrations.connector.errors import (
    BadResponse,
    ConnectorError,
    NotHere,
    RequestRefused,
    ScopeMissing,
    Unavailable,
)
from integrations.connector.model import ErrorRule, Manifest
from integrations.connector.shapes import dig
from listbackup.core.http.client import Fetched
from listbackup.core.http.redact import redact

_RETRIED = frozenset({408, 423, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`do`: ok, retry, wait, refresh or raise (`error`)."""

    do: str
    error: ConnectorError | None = None
    wait_s: float | None = None


GOOD = Verdict("ok")
MOST_TEXT = 100_000


def judge(manifest: Manifest, response: Fetched, stream: str) -> Verdict:
    """The manifest's first fitting rule decides; without one the status does."""
    status = response.status_code
    body: Any = None
    if manifest.errors:
        for rule in manifest.errors:
            if rule.statuses and status not in rule.statuses:
                continue
            if not rule.statuses and status < 400:
                continue
            if rule.path is not None and body is None:
                body = _decoded(response.content)
            if rule_fits(rule, response, body):
                return replace(_verdict(rule.do, manifest, response, stream, rule.message), wait_s=rule.wait_s)
    if 200 <= status < 300:
        return GOOD
    return _verdict(_default(status), manifest, response, stream, "")


def check_type(manifest: Manifest, response: Fetched) -> None:
    """A web page instead of data is a login form, a captcha or a proxy. Raises BadResponse."""
    kind = response.headers.get("content-type", "").lower()
    page = "html" in kind or (response.content[:1] == b"<" and "xml" not in kind)
    if page:
        raise BadResponse(
            f"{manifest.name} answered with a web page instead of data.",
            code="response.not_json",
            remedy="Check the address and the credentials; a login page or a firewall may be in between.",
        )


def _default(status: int) -> str:
    if status == 401:
        return "refresh"
    if status == 403:
        return "stream_off"
    if status in (404, 410):
        return "missing"
    if status == 429:
        return "wait"
    if status in _RETRIED or status >= 500:
        return "retry"
    return "redirect" if 300 <= status < 400 else "fail"


def rule_fits(rule: ErrorRule, response: Fetched | httpx.Response, body: Any) -> bool:
    """Whether header or body are what the rule is about; its statuses are not looked at."""
    if rule.path is None and not rule.header:
        return True
    found = response.headers.get(rule.header) if rule.header else dig(body, rule.path or ())
    if found is None and not rule.header and rule.path == ():
        # The whole answer, whatever it is: plain text and web pages of proxies too.
        found = response.content[:MOST_TEXT].decode("utf-8", "replace")
    if found is None:
        return False
    text = str(found)
    if rule.equals:
        return text == rule.equals
    return rule.contains.lower() in text.lower()


def _verdict(do: str, manifest: Manifest, response: Fetched, stream: str, message: str) -> Verdict:
    told = message or f"{manifest.name} answered {response.status_code}: {excerpt(response)}"
    if do == "retry":
        return Verdict(do, Unavailable(told, stream=stream))
    if do in ("wait", "refresh", "reconnect"):
        return Verdict(do, ConnectorError(told, stream=stream))
    kinds = {"stream_off": ScopeMissing, "missing": NotHere, "fail": RequestRefused}
    if do == "redirect":
        return Verdict(
            "raise",
            BadResponse(
                f"{manifest.name} sent the request elsewhere ({response.status_code}); redirects are not followed.",
                stream=stream,
                code="response.redirect",
                remedy="Check the connector's base URL.",
            ),
        )
    return Verdict("raise", kinds[do](told, stream=stream))


def excerpt(response: Fetched) -> str:
    """What the platform said, in one line without secrets."""
    body = _decoded(response.content)
    for path in (("message",), ("error", "message"), ("error_description",), ("detail",), ("error",), ("title",)):
        found = dig(body, path)
        if isinstance(found, str) and found:
            return redact(" ".join(found.split()))[:300]
    if "html" in response.headers.get("content-type", ""):
        return "a web page"
    return redact(" ".join(response.content[:200].decode("utf-8", "replace").split())) or "nothing more"


def _decoded(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def server_time(response: Fetched) -> dt.datetime | None:
    """The platform's clock by its Date header."""
    text = response.headers.get("date")
    if not text:
        return None
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
