"""Our API's way into allauth's headless views, which keep the limits, the stages and the events of signing in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponseBase

SESSION_TOKEN = "HTTP_X_SESSION_TOKEN"  # noqa: S105 - a header's name


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any]

    @property
    def pending(self) -> set[str]:
        """Ids of the flows that are begun and not finished: `mfa_authenticate`, `verify_email`."""
        return {flow["id"] for flow in self.body.get("data", {}).get("flows", []) if flow.get("is_pending")}

    @property
    def session_token(self) -> str:
        """By which the next call goes on with what this one began."""
        return str(self.body.get("meta", {}).get("session_token", ""))

    @property
    def is_limited(self) -> bool:
        codes = {error.get("code") for error in self.body.get("errors", [])}
        return self.status == 429 or bool(codes & {"too_many_login_attempts", "rate_limited"})


def ask(
    view: Callable[[HttpRequest], HttpResponseBase], request: HttpRequest, data: Any, *, session_token: str = ""
) -> Answer:
    """What the view says to `data`. The body that DRF has consumed is put back, since allauth reads the raw one."""
    request._body = orjson.dumps(data)  # type: ignore[attr-defined]
    if session_token:
        request.META[SESSION_TOKEN] = session_token
        request.__dict__.pop("headers", None)  # Django keeps what it read of META
    answer: Any = view(request)
    return Answer(answer.status_code, orjson.loads(answer.content or b"{}"))
