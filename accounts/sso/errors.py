"""Errors of single sign-on."""

from listbackup.core.errors import Conflict, Forbidden, NotFound, NotSignedIn, PlatformError


class SsoRequired(NotSignedIn):
    """A password or another way in was tried where the organization wants single sign-on. `start_url` leads there."""

    code = "auth.sso_required"

    def __init__(self, domain: str, start_url: str) -> None:
        super().__init__(
            f"People of {domain} sign in with single sign-on.",
            remedy=f"Sign in at {start_url}",
            fields={"start_url": [start_url]},
        )
        self.domain = domain
        self.start_url = start_url


class SsoRefused(Forbidden):
    """The identity provider vouched for somebody whom we may not let in by its word."""

    code = "sso.refused"


class IdentityProviderProblem(PlatformError):
    """The identity provider does not answer, or not as it must."""

    code = "sso.provider_problem"


class ProviderNotFound(NotFound):
    code = "sso.provider_not_found"


class DomainNotFound(NotFound):
    code = "sso.domain_not_found"


class SsoConflict(Conflict):
    code = "sso.conflict"
