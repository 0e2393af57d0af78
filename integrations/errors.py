"""Errors of the integrations app. Those of the connector itself are in `integrations.connector.errors`."""

from collections.abc import Mapping, Sequence

from integrations.connector.marks import Problem
from listbackup.core.errors import Conflict, Forbidden, InvalidInput, ListBackupError, NotFound, Unavailable

START_AGAIN = "Go back to the platform's page and connect again."


class PlatformNotFound(NotFound):
    code = "platform.not_found"


class StreamNotFound(NotFound):
    code = "platform.stream_not_found"


class ConnectionNotFound(NotFound):
    code = "connection.not_found"


class PlatformNotConfigured(Unavailable):
    """The operator has not registered an OAuth application for the platform."""

    code = "oauth.not_configured"


class AuthKindNotOffered(InvalidInput):
    code = "connection.auth_kind"


class ManifestInvalid(InvalidInput):
    """`fields["manifest"]` lists every problem with its line and column; `problems` holds them apart."""

    code = "manifest.invalid"
    problems: Sequence[Problem] = ()


class CustomPlatformNotFound(NotFound):
    code = "custom_platform.not_found"


class CustomPlatformChanged(Conflict):
    """Somebody else saved a version meanwhile."""

    code = "custom_platform.changed"
    remedy = "Copy what you wrote, open the newest version and enter it there."


class CustomPlatformInUse(Conflict):
    code = "custom_platform.in_use"


class SecretsWouldMove(Conflict):
    """A changed manifest would send stored secrets to another address than the one they were given for."""

    code = "custom_platform.other_host"
    remedy = "Save it under another key as a connector of its own, or delete the connections that use this one first."


class SecretsInvalid(InvalidInput):
    code = "connection.secrets"


class ConnectionTestFailed(ListBackupError):
    """The platform refused the credentials, so that nothing was stored."""

    code = "connection.test_failed"
    status = 422

    def __init__(
        self, message: str, *, remedy: str | None = None, fields: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        super().__init__(
            message, remedy=remedy or "Check the credentials at the platform and try again.", fields=fields
        )


class ConnectionNotUsable(Conflict):
    code = "connection.not_usable"


class OtherExternalAccount(Conflict):
    """Renewing a connection with the credentials of another account at the platform."""

    code = "connection.other_account"
    remedy = "Sign in at the platform with the account that this connection is for, or make a new connection."


class WebhookUnknown(NotFound):
    """No connection has this address, or its platform sends no webhooks."""

    code = "webhook.unknown"


class WebhooksNotOffered(Conflict):
    """The platform of the connection has no webhooks that we understand."""

    code = "webhook.not_offered"


class OAuthError(ListBackupError):
    """The way to the platform and back failed; nothing was stored."""

    status = 400
    remedy = START_AGAIN


class StateMissing(OAuthError):
    code = "oauth.state_missing"


class StateUnknown(OAuthError):
    """Forged, or so old that it was removed."""

    code = "oauth.state_unknown"


class StateExpired(OAuthError):
    code = "oauth.state_expired"


class StateUsed(OAuthError):
    code = "oauth.state_used"


class StateOfSomebodyElse(Forbidden):
    """Another person, or another browser session, began this."""

    code = "oauth.state_foreign"
    remedy = "Sign in as the person who began, in the same browser, and connect again."


class WrongPlatform(OAuthError):
    code = "oauth.wrong_platform"


class ConsentDenied(OAuthError):
    code = "oauth.denied"
    remedy = "Nothing was connected. When you are ready, connect again and allow the permissions asked for."


class ConsentFailed(OAuthError):
    """The platform sent an error back instead of a code."""

    code = "oauth.failed"


class CodeMissing(OAuthError):
    code = "oauth.code_missing"


class CodeRejected(OAuthError):
    """The platform did not take the code that it gave."""

    code = "oauth.code_rejected"
