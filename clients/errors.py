"""Errors of the clients app."""

from listbackup.core.errors import Conflict, Forbidden, NotFound, NotSignedIn


class ClientNotFound(NotFound):
    code = "client.not_found"


class PersonNotFound(NotFound):
    code = "client.person_not_found"


class GrantNotFound(NotFound):
    code = "client.grant_not_found"


class RequestNotFound(NotFound):
    code = "client.request_not_found"


class ImageNotFound(NotFound):
    code = "client.image_not_found"


class ClientArchived(Conflict):
    code = "client.archived"
    remedy = "Bring the client back first."


class PersonTaken(Conflict):
    code = "client.person_taken"


class RequestDecided(Conflict):
    code = "client.request_decided"


class LinkGone(NotFound):
    """Alike for forged, used, replaced and expired links."""

    code = "client.link_gone"
    remedy = "Ask for a new one."


class SignInRefused(NotSignedIn):
    """Alike for unknown people, wrong passwords and suspended clients."""

    code = "portal.sign_in_refused"
    remedy = "Check the address and the password, or ask for a sign-in link."


class CodeNeeded(NotSignedIn):
    """The password, or the link, is right; the second factor is missing or wrong. `proof` lets the next step do without
    the password."""

    code = "portal.code_needed"
    remedy = "Type the code that your authenticator app shows."

    def __init__(self, message: str, *, proof: str) -> None:
        super().__init__(message)
        self.proof = proof


class PortalSignInNeeded(NotSignedIn):
    code = "portal.sign_in_needed"
    remedy = "Sign in to the portal."


class PreviewOnly(Forbidden):
    code = "portal.preview_only"
    remedy = "A preview shows what the client sees; only the client acts."


class RecordsClosed(Forbidden):
    """The client let the agency's people see health only."""

    code = "client.records_closed"
    permission = "record.view"
