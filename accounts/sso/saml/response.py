"""Judges a SAML answer: signature, issuer, audience, time, recipient, and that it answers a request of ours, once."""

import binascii
import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from accounts.sso.assertion import Assertion
from accounts.sso.saml.config import configuration, entity_id, request_data
from listbackup.core.clock import now

REMEMBERED = dt.timedelta(hours=24)
EMAIL = (
    "email",
    "mail",
    "emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "urn:oid:1.2.840.113549.1.9.1",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
)
NAME = (
    "displayname",
    "name",
    "cn",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "urn:oid:2.5.4.3",
    "http://schemas.microsoft.com/identity/claims/displayname",
)
SUBJECT = ("urn:oasis:names:tc:saml:attribute:subject-id", "urn:oasis:names:tc:saml:attribute:pairwise-id")


class AnswerRefused(Exception):
    """The answer is not one that we may believe; the text says why, for our log."""


@dataclass(frozen=True, slots=True)
class Judged:
    """`request_id` is the request of ours that was answered: the caller takes it from the session, once."""

    assertion: Assertion
    request_id: str


def judge(slug: str, settings: dict[str, Any], answer: str) -> Judged:
    """Raises AnswerRefused."""
    try:
        made = OneLogin_Saml2_Settings(configuration(slug, settings))
        response = OneLogin_Saml2_Response(made, answer)
    except (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError) as error:
        raise AnswerRefused(str(error)) from error
    except (etree.LxmlError, binascii.Error, ValueError, TypeError, AttributeError) as error:
        raise AnswerRefused(f"not a SAML answer: {error!r}") from error
    if not response.is_valid(request_data(slug, answer)):
        raise AnswerRefused(str(response.get_error()))
    try:
        request_id = _answered_request(slug, response)
        assertion = _assertion(response)
    except (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError) as error:
        raise AnswerRefused(str(error)) from error
    _remember(slug, response)
    return Judged(assertion, request_id)


def _answered_request(slug: str, response: OneLogin_Saml2_Response) -> str:
    """The request's id, as the signed assertion itself says it. python3-saml lets audience and id be absent: we do not."""
    if entity_id(slug) not in response.get_audiences():
        raise AnswerRefused("the assertion names no audience")
    found = response.get_in_response_to()
    confirmed = OneLogin_Saml2_XML.query(
        response.document,
        "/samlp:Response/saml:Assertion/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData",
    )
    if not found or found not in {one.get("InResponseTo") for one in confirmed}:
        raise AnswerRefused("the assertion answers no request")
    return str(found)


def _assertion(response: OneLogin_Saml2_Response) -> Assertion:
    attributes = {name.lower(): values for name, values in response.get_attributes().items()}
    for name, values in response.get_friendlyname_attributes().items():
        attributes.setdefault(name.lower(), values)
    format_, name_id = response.get_nameid_format(), str(response.get_nameid() or "")
    email = _first(attributes, EMAIL)
    if not email and (format_ == Names.NAMEID_EMAIL_ADDRESS or "@" in name_id):
        email = name_id
    subject = _first(attributes, SUBJECT) or ("" if format_ == Names.NAMEID_TRANSIENT else name_id) or email
    return Assertion(subject=subject, email=email.lower(), name=_first(attributes, NAME)[:150])


def _first(attributes: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        values = attributes.get(name) or []
        if values and isinstance(values[0], str) and values[0].strip():
            return str(values[0].strip())
    return ""


def _remember(slug: str, response: OneLogin_Saml2_Response) -> None:
    """An assertion is good for one sign-in, whatever its request says."""
    ends = response.get_assertion_not_on_or_after()
    left = ends - now().timestamp() if ends else 0
    seconds = int(max(left, REMEMBERED.total_seconds()))
    if not cache.add(f"sso:saml:{slug}:{response.get_assertion_id()}", 1, seconds):
        raise AnswerRefused("the assertion was used before")
