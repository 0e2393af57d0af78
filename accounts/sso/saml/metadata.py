"""What an identity provider's metadata say: who it is, where it signs people in, and by which certificates."""

import base64
import binascii
import datetime as dt
from typing import Any

from cryptography import x509
from lxml import etree
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

from accounts.sso.errors import IdentityProviderProblem
from accounts.sso.http import fetch
from accounts.sso.oidc.discovery import is_usable

MOST_BYTES = 500_000


def read_from(url: str) -> dict[str, Any]:
    """Fetches metadata through the guard. Raises IdentityProviderProblem."""
    return {**read(fetch(url, accept="application/samlmetadata+xml, application/xml, text/xml")), "metadata_url": url}


def read(xml: bytes) -> dict[str, Any]:
    """entity_id, sso_url, certificates (base64 DER). Raises IdentityProviderProblem."""
    if len(xml) > MOST_BYTES:
        raise IdentityProviderProblem(
            "These metadata are larger than 500 KB.",
            remedy="Use those of the one identity provider, not of a federation.",
        )
    try:
        found = OneLogin_Saml2_IdPMetadataParser.parse(xml).get("idp", {})
    except (etree.LxmlError, ValueError, TypeError, AttributeError) as error:
        # ValueError covers documents with a DTD or entities, which are refused unread.
        raise IdentityProviderProblem(
            "This is no SAML metadata.", remedy="Give the identity provider's XML."
        ) from error
    url = found.get("singleSignOnService", {}).get("url")
    certificates = found.get("x509certMulti", {}).get("signing") or [found.get("x509cert")]
    if not found.get("entityId") or not url:
        raise IdentityProviderProblem(
            "These metadata describe no identity provider with the HTTP-Redirect binding.",
            remedy="Check that they are the identity provider's, not ours.",
        )
    if not is_usable(url):
        raise IdentityProviderProblem("The identity provider's sign-in address does not begin with https.")
    if len(found["entityId"]) > 1000 or len(certificates) > 10 or any(expiry_of(one) is None for one in certificates):
        raise IdentityProviderProblem("These metadata hold no signing certificate that can be read.")
    return {"entity_id": found["entityId"], "sso_url": url, "certificates": certificates, "metadata_url": ""}


def expiry_of(certificate: str | None) -> dt.datetime | None:
    """When a certificate (base64 DER) ends; None when it cannot be read."""
    try:
        return x509.load_der_x509_certificate(base64.b64decode(certificate or "")).not_valid_after_utc
    except (ValueError, binascii.Error):
        return None
