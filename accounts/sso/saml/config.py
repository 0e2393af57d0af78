"""Our side of SAML 2.0: addresses made of PUBLIC_URL alone, and the rules that answers are judged by."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.settings import OneLogin_Saml2_Settings


def public(path: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def acs_url(slug: str) -> str:
    """Where the identity provider posts its answer to."""
    return public(reverse("saml_acs", args=[slug]))


def entity_id(slug: str) -> str:
    """Our name, and where our metadata lies."""
    return public(reverse("saml_metadata", args=[slug]))


def configuration(slug: str, provider: dict[str, Any]) -> dict[str, Any]:
    """What python3-saml takes; `provider` is the settings of the IdentityProvider."""
    return {
        "strict": True,
        "security": {
            "authnRequestsSigned": False,
            "requestedAuthnContext": False,
            "rejectDeprecatedAlgorithm": True,
            "wantNameId": True,
            "wantAttributeStatement": False,  # a NameID can be the address
            "wantAssertionsSigned": False,  # the assertion or the whole answer: one of them always is
            "allowRepeatAttributeName": True,
            "allowSingleLabelDomains": True,
        },
        "sp": {
            "entityId": entity_id(slug),
            "assertionConsumerService": {"url": acs_url(slug), "binding": Names.BINDING_HTTP_POST},
            "NameIDFormat": Names.NAMEID_UNSPECIFIED,
        },
        "idp": {
            "entityId": provider["entity_id"],
            "singleSignOnService": {"url": provider["sso_url"], "binding": Names.BINDING_HTTP_REDIRECT},
            "x509certMulti": {"signing": provider["certificates"]},
        },
    }


def request_data(slug: str, answer: str = "") -> dict[str, Any]:
    """The request as python3-saml wants it; the answer must be meant for our public address, whatever the Host says."""
    where = urlsplit(acs_url(slug))
    return {
        "https": "on" if where.scheme == "https" else "off",
        "http_host": where.netloc,
        "script_name": where.path,
        "get_data": {},
        "post_data": {"SAMLResponse": answer} if answer else {},
    }


def metadata(slug: str) -> str:
    """Our metadata as XML."""
    own = {"sp": configuration(slug, {"entity_id": "", "sso_url": "", "certificates": []})["sp"]}
    made = OneLogin_Saml2_Settings({"strict": True, **own}, sp_validation_only=True).get_sp_metadata()
    return made.decode() if isinstance(made, bytes) else str(made)
