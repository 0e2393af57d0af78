"""The error tree. Pure Python: connectors and the store raise these without Django.

    ListBackupError            code, status, message, remedy, fields
    ├── InvalidInput           400  the request's fields are wrong; `fields` says which and why
    ├── NotSignedIn            401
    ├── Forbidden              403  the context lacks a permission
    ├── NotFound               404  also: somebody else's object
    ├── Conflict               409  the state of things does not allow it now
    ├── TooLarge               413
    ├── TooMany                429  `retry_after` seconds
    ├── Unavailable            503  a part of ours or a platform does not answer
    └── PlatformError          502  raised by connectors (`integrations.connector.errors`)

Every error says what happened (`message`), and what the person can do (`remedy`).
Three places translate them: `core.api.problems`, `core.web.errors` and `backups.pipeline.outcome`.
"""

from collections.abc import Mapping, Sequence


class ListBackupError(Exception):
    """An error that people may read.

    `code` is stable and dotted (`source.already_running`); `status` is the HTTP status;
    `fields` maps a field's name to its messages.
    """

    code = "error"
    status = 500
    remedy = ""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        remedy: str | None = None,
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        if remedy is not None:
            self.remedy = remedy
        self.fields = dict(fields or {})


class InvalidInput(ListBackupError):
    code = "input.invalid"
    status = 400


class NotSignedIn(ListBackupError):
    code = "auth.required"
    status = 401


class Forbidden(ListBackupError):
    code = "access.forbidden"
    status = 403


class NotFound(ListBackupError):
    code = "not_found"
    status = 404


class Conflict(ListBackupError):
    code = "conflict"
    status = 409


class TooLarge(ListBackupError):
    code = "input.too_large"
    status = 413


class TooMany(ListBackupError):
    code = "rate.limited"
    status = 429

    def __init__(self, message: str, *, retry_after: float = 60.0, **rest: object) -> None:
        super().__init__(message, **rest)  # type: ignore[arg-type]
        self.retry_after = retry_after


class Unavailable(ListBackupError):
    code = "unavailable"
    status = 503


class PlatformError(ListBackupError):
    code = "platform.error"
    status = 502
