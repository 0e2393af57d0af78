"""What can go wrong while a platform is read.

    ConnectorError             kind, stream, retry_at
    ├── CredentialsRevoked     customer  auth.revoked: a person must reconnect
    ├── AuthRefused            customer  auth.refused: a key that does not work
    ├── AuthExpired            customer  auth.expired: refreshed once, refused again
    ├── ScopeMissing           customer  scope.missing: this stream is off, the others go on
    ├── RateLimited            wait      rate.limited, `retry_at`
    ├── QuotaExhausted         wait      quota.exhausted, `retry_at`
    ├── Unavailable            platform  platform.unavailable: 5xx and network errors, after retries
    ├── BadResponse            platform  response.not_json | truncated | too_large | shape | partial
    ├── CursorLoop             platform  cursor.loop
    ├── RequestRefused         ours      request.refused: the platform did not accept what we asked
    ├── NotHere                platform  record.missing: 404 or 410
    └── Cancelled              ours      cancelled

`kind` says who can help: `customer` (reconnect, give a permission), `wait` (nobody: again at `retry_at`),
`platform` (retry, then tell), `ours` (a manifest or program error).
"""

import datetime as dt
from typing import Any

from listbackup.core.errors import PlatformError


class ConnectorError(PlatformError):
    kind = "platform"

    def __init__(
        self, message: str, *, stream: str | None = None, retry_at: dt.datetime | None = None, **rest: Any
    ) -> None:
        super().__init__(message, **rest)
        self.stream = stream
        self.retry_at = retry_at


class CredentialsRevoked(ConnectorError):
    code = "auth.revoked"
    kind = "customer"
    remedy = "Reconnect the platform."


class AuthRefused(ConnectorError):
    code = "auth.refused"
    kind = "customer"
    remedy = "Check the key at the platform and enter it again."


class AuthExpired(ConnectorError):
    code = "auth.expired"
    kind = "customer"
    remedy = "Reconnect the platform."


class ScopeMissing(ConnectorError):
    code = "scope.missing"
    kind = "customer"
    remedy = "Reconnect and grant the permission, or leave this stream out."


class RateLimited(ConnectorError):
    code = "rate.limited"
    kind = "wait"
    remedy = "Nothing to do: the run goes on by itself."


class QuotaExhausted(ConnectorError):
    code = "quota.exhausted"
    kind = "wait"
    remedy = "Nothing to do: the run goes on when the platform's quota starts anew."


class Unavailable(ConnectorError):
    code = "platform.unavailable"
    remedy = "Nothing to do: the next run tries again."


class BadResponse(ConnectorError):
    code = "response.shape"
    remedy = "The run is tried again. If it stays, the platform has changed its answers: tell support."


class CursorLoop(ConnectorError):
    code = "cursor.loop"
    remedy = "Nothing was lost. The platform repeats its pages: try again later, or check the stream's page settings."


class RequestRefused(ConnectorError):
    code = "request.refused"
    kind = "ours"
    remedy = "Check the stream's request in the connector."


class NotHere(ConnectorError):
    code = "record.missing"


class Cancelled(ConnectorError):
    code = "cancelled"
    kind = "ours"
