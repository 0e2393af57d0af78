"""What an identity provider says about somebody: the one shape for OIDC and SAML, checked by the protocol's own code."""

from dataclasses import dataclass
from typing import Any

from allauth.account.internal.emailkit import valid_email_or_none
from allauth.socialaccount.app_settings import UID_MAX_LENGTH
from allauth.socialaccount.models import SocialLogin

from accounts.sso.errors import SsoRefused


@dataclass(frozen=True, slots=True)
class Assertion:
    """`email_verified` is None when the provider does not say; `nonce` is empty for SAML."""

    subject: str
    email: str
    email_verified: bool | None = None
    name: str = ""
    nonce: str = ""

    def checked(self) -> "Assertion":
        """Itself. Raises SsoRefused without a subject or an address that could be one."""
        if not self.subject or len(self.subject) > UID_MAX_LENGTH or "\0" in self.subject:
            raise SsoRefused("The identity provider did not say who you are.", remedy="Ask your administrator.")
        if valid_email_or_none(self.email) is None or "\0" in self.email:
            raise SsoRefused(
                "The identity provider did not send your e-mail address.",
                remedy="Ask your administrator to release it to ListBackup (OIDC: scope email; SAML: attribute email).",
            )
        return self


class AssertionProvider:
    """A mixin of allauth's providers: reads our Assertion, keeps little of it, and is found again by its slug."""

    app: Any

    def sociallogin_from_assertion(self, request: Any, assertion: Assertion) -> SocialLogin:
        login = self.sociallogin_from_response(request, assertion.checked())  # type: ignore[attr-defined]
        login.assertion = assertion
        return login  # type: ignore[no-any-return]

    def extract_uid(self, data: Assertion) -> str:
        return data.subject

    def extract_extra_data(self, data: Assertion) -> dict[str, Any]:
        return {"email": data.email, "name": data.name}

    def extract_common_fields(self, data: Assertion) -> dict[str, Any]:
        return {"email": data.email, "name": data.name}

    def extract_email_addresses(self, data: Assertion) -> list[Any]:
        return []

    def serialize(self) -> dict[str, Any]:
        # allauth would find it again by its client id, which two organizations may share.
        return {"id": self.app.provider_id}
