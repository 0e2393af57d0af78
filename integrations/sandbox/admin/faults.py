"""Faults that can be switched on: answers that real platforms give on bad days."""

import itertools
from dataclasses import asdict, dataclass, field
from typing import Any

from integrations.sandbox import jsonio
from integrations.sandbox.http import HTML_TYPE, ApiError, Reply, Request

# kind -> what happens
KINDS: dict[str, str] = {
    "rate_limit": "429 with HubSpot's body; `seconds` > 0 adds Retry-After",
    "server_error": "5xx; `status` 500, 502, 503, 504 ...",
    "slow": "the answer comes `seconds` later",
    "truncated_json": "200, the JSON is cut in the middle",
    "disconnect": "the connection breaks in the middle of the body",
    "html_login": "200 with an HTML sign-in page instead of JSON",
    "empty_list": "200 with an empty page, whatever there is",
    "expired_token": "401 EXPIRED_AUTHENTICATION",
    "revoked_grant": "401 for access tokens, invalid_grant for refreshes",
    "missing_scopes": "403 MISSING_SCOPES",
    "repeated_cursor": "the next cursor is the one that was sent",
    "duplicates": "the first records of a page come twice",
}
LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>HubSpot Login</title></head><body><form method='post' action='/login'>"
    "<label>Email <input name='email'></label><label>Password <input type='password' name='password'></label>"
    "<button>Log in</button></form></body></html>"
)
_TRANSFORMS = ("truncated_json", "disconnect", "empty_list", "repeated_cursor", "duplicates")


@dataclass
class Fault:
    """One switched-on fault.

    `count`: how many requests it still hits (None: until switched off). `skip`: matching requests let through first.
    `path`: part of the path that must occur; `method`: exact, empty for any.
    """

    kind: str
    count: int | None = None
    path: str = ""
    method: str = ""
    status: int = 500
    seconds: float = 0.0
    skip: int = 0
    id: int = 0
    hits: int = field(default=0)

    def matches(self, request: Request) -> bool:
        """Whether it applies to this request; counts it."""
        if self.count == 0 or self.path not in request.path or (self.method and self.method != request.method):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.count is not None:
            self.count -= 1
        self.hits += 1
        return True


class Faults:
    """The list of faults; the first that matches a request wins, `slow` adds to any other."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)

    def add(self, values: dict[str, Any]) -> Fault:
        """Switch a fault on. Raises ApiError 400 for an unknown kind or field."""
        known = set(Fault.__dataclass_fields__) - {"id", "hits"}
        unknown = set(values) - known
        if values.get("kind") not in KINDS or unknown:
            raise ApiError(
                400, f"Give kind (one of {', '.join(KINDS)}) and any of {', '.join(sorted(known))}", "VALIDATION_ERROR"
            )
        fault = Fault(**values, id=next(self._ids))
        fault.method = fault.method.upper()
        self._faults.append(fault)
        return fault

    def remove(self, fault_id: int) -> bool:
        before = len(self._faults)
        self._faults = [fault for fault in self._faults if fault.id != fault_id]
        return len(self._faults) < before

    def clear(self) -> None:
        self._faults.clear()

    def active(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._faults]

    def match(self, request: Request) -> list[Fault]:
        """The faults for one request: any `slow` ones and the first other."""
        if not self._faults:
            return []
        found: list[Fault] = []
        for fault in self._faults:
            decided = any(one.kind != "slow" for one in found)
            if (fault.kind == "slow" or not decided) and fault.matches(request):
                found.append(fault)
        self._faults = [fault for fault in self._faults if fault.count != 0]
        return found


def answer_instead(fault: Fault, request: Request) -> Reply | None:
    """The answer of a fault that needs no real one; raises ApiError for error answers; None for the others."""
    if fault.kind == "rate_limit":
        raise ApiError(
            429,
            "You have reached your ten_secondly_rolling limit.",
            extra={"errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"},
            headers=[(b"retry-after", str(int(fault.seconds)).encode())] if fault.seconds else [],
        )
    if fault.kind == "server_error":
        raise ApiError(fault.status, "internal error" if fault.status == 500 else "Service temporarily unavailable")
    if fault.kind == "html_login":
        return Reply(200, LOGIN_PAGE.encode(), [HTML_TYPE])
    if fault.kind == "expired_token":
        raise ApiError(401, "The OAuth token used to make this call expired 1 minute(s) ago.", "EXPIRED_AUTHENTICATION")
    if fault.kind == "revoked_grant":
        return _revoked(request)
    if fault.kind == "missing_scopes":
        raise missing_scopes(("unknown.scope",))
    return None


def _revoked(request: Request) -> Reply:
    if request.path.startswith("/oauth/"):
        from integrations.sandbox.hubspot.tokens import OAuthError

        raise OAuthError("invalid_grant", "missing or unknown refresh token", "BAD_REFRESH_TOKEN")
    raise ApiError(401, "Authentication credentials not found.", "INVALID_AUTHENTICATION")


def missing_scopes(scopes: tuple[str, ...]) -> ApiError:
    """HubSpot's 403 for a token without the scope."""
    return ApiError(
        403,
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: "
        "https://developers.hubspot.com/scopes.",
        "MISSING_SCOPES",
        extra={
            "errors": [
                {
                    "message": "One or more of the following scopes are required.",
                    "context": {"requiredGranularScopes": list(scopes)},
                }
            ],
            "links": {"scopes": "https://developers.hubspot.com/scopes"},
        },
    )


def transform(fault: Fault, request: Request, reply: Reply) -> Reply:
    """Spoil a good answer."""
    if fault.kind not in _TRANSFORMS or reply.status >= 300 or reply.chunks is not None:
        return reply
    if fault.kind == "truncated_json":
        return Reply(reply.status, reply.body[: len(reply.body) * 2 // 3], reply.headers)
    if fault.kind == "disconnect":
        length = (b"content-length", str(len(reply.body)).encode())
        return Reply(reply.status, reply.body[: len(reply.body) // 2], [*reply.headers, length])
    value = jsonio.loads(reply.body)
    if isinstance(value, dict):
        _spoil_page(fault.kind, request, value)
    return Reply(reply.status, jsonio.dumps(value), reply.headers)


def _spoil_page(kind: str, request: Request, page: dict[str, Any]) -> None:
    name = next((one for one in ("results", "lists") if isinstance(page.get(one), list)), None)
    if name is None:
        return
    if kind == "empty_list":
        page[name] = []
        page.pop("paging", None)
        page.update({key: 0 if key == "total" else False for key in ("total", "hasMore") if key in page})
    elif kind == "duplicates":
        page[name] = page[name] + page[name][:3]
    elif kind == "repeated_cursor":
        sent = request.get("after") or (str(request.json().get("after") or "") if request.body else "")
        if sent:
            page["paging"] = {"next": {"after": sent}}
