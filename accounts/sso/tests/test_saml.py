"""Sign-in by SAML 2.0: answers made and signed by pysaml2's identity provider, and forged ones."""

import base64
import shutil

import pytest
from django.test import Client

from accounts.models import Membership, User
from accounts.sso.enums import ProviderKind
from accounts.sso.models import IdentityProvider
from accounts.sso.services import providers
from accounts.sso.tests.conftest import begin, signed_in
from listbackup.testing.sso_factories import make_email_domain

pytestmark = pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not installed")
SLUG = "acme-saml"
FINISH = f"/accounts/saml/{SLUG}/acs/finish/"


@pytest.fixture(scope="module")
def saml(tmp_path_factory):
    from listbackup.testing.saml_provider import SamlProvider

    return SamlProvider(tmp_path_factory.mktemp("saml"))


@pytest.fixture
def acme_saml(tenant, saml, client):
    """Added from its metadata; it knows ours."""
    made = providers.add_provider(
        tenant.context(tenant.olga),
        ProviderKind.SAML,
        slug=SLUG,
        name="Acme SAML",
        settings=providers.read_saml(metadata_xml=saml.metadata()),
    )
    IdentityProvider.objects.update(enabled=True)
    make_email_domain(tenant.acme, "acme.test")
    saml.introduce([client.get(f"/accounts/saml/{SLUG}/metadata/").content.decode()])
    return made


def send(client, answer):
    """The identity provider's POST, then our own redirect."""
    kept = client.post(f"/accounts/saml/{SLUG}/acs/", {"SAMLResponse": answer})
    assert kept.status_code == 302 and kept["Location"] == FINISH
    return client.get(FINISH)


def changed(answer, *pairs):
    text = base64.b64decode(answer).decode()
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    return base64.b64encode(text.encode()).decode()


def test_first_sign_in_then_a_person_with_the_role_that_was_chosen(people, saml, acme_saml, client):
    answer = send(client, saml.answer(begin(client, SLUG), email="nia@acme.test"))
    assert answer.status_code == 302 and signed_in(client)
    nia = User.objects.get(email="nia@acme.test")
    assert nia.name == "Nia" and Membership.objects.get(user=nia).role == "member"
    assert send(Client(), saml.answer(begin(other := Client(), SLUG), email="nia@acme.test")).status_code != 302
    assert not signed_in(other)


def test_same_answer_twice_then_refused(people, saml, acme_saml, client):
    told = saml.answer(begin(client, SLUG), email="nia@acme.test")
    assert send(client, told).status_code == 302
    client.logout()
    begin(client, SLUG)
    assert send(client, told).status_code != 302 and not signed_in(client)


def test_unasked_then_refused(people, saml, acme_saml, client):
    told = saml.answer(begin(Client(), SLUG), email="nia@acme.test")
    assert send(client, told).status_code != 302 and not signed_in(client)


def test_address_of_a_domain_that_is_not_proved_then_refused(people, saml, acme_saml, client):
    assert send(client, saml.answer(begin(client, SLUG), email="olga@example.com")).status_code == 403
    assert not signed_in(client)


@pytest.mark.parametrize(
    "changes",
    [
        {"destination": "https://elsewhere.test/acs/"},
        {"in_response_to": "id-of-nobody"},
        {"sign_assertion": False},
        {"sign_alg": "http://www.w3.org/2000/09/xmldsig#rsa-sha1"},
        {"sp_entity_id": "https://elsewhere.test/"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_answer_that_is_not_for_us_then_refused(people, saml, acme_saml, client, changes):
    assert send(client, saml.answer(begin(client, SLUG), email="nia@acme.test", **changes)).status_code != 302
    assert not signed_in(client)


def test_one_letter_changed_then_refused(people, saml, acme_saml, client):
    told = changed(saml.answer(begin(client, SLUG), email="nia@acme.test"), ("nia@acme", "mia@acme"))
    assert send(client, told).status_code != 302 and not signed_in(client)


def test_second_assertion_slipped_in_then_refused(people, saml, acme_saml, client):
    """Signature wrapping: an unsigned assertion about somebody else beside the signed one."""
    told = base64.b64decode(saml.answer(begin(client, SLUG), email="nia@acme.test")).decode()
    start = told.index("<ns1:Assertion") if "<ns1:Assertion" in told else told.index(":Assertion") - 4
    start = told.rindex("<", 0, told.index(":Assertion ") + 1)
    end = told.index(">", told.rindex(":Assertion>")) + 1
    forged = told[start:end].replace("nia@acme.test", "boss@acme.test").replace(' ID="', ' ID="x')
    both = told[:start] + forged + told[start:]
    assert send(client, base64.b64encode(both.encode()).decode()).status_code != 302 and not signed_in(client)


def test_signed_by_another_key_then_refused(people, saml, acme_saml, client, tmp_path):
    from listbackup.testing.saml_provider import SamlProvider

    forger = SamlProvider(tmp_path)
    forger.introduce([client.get(f"/accounts/saml/{SLUG}/metadata/").content.decode()])
    assert send(client, forger.answer(begin(client, SLUG), email="nia@acme.test")).status_code != 302
    assert not signed_in(client)


@pytest.mark.parametrize(
    "answer",
    ["", "no base64 !", base64.b64encode(b"<html>").decode(), base64.b64encode(b"\0" * 100).decode(), "A" * 300_000,
     base64.b64encode(b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>').decode()],
    ids=["empty", "text", "html", "zeros", "large", "entity"],
)  # fmt: skip
def test_no_answer_at_all_then_a_page(people, saml, acme_saml, client, answer):
    kept = client.post(f"/accounts/saml/{SLUG}/acs/", {"SAMLResponse": answer})
    assert kept.status_code in (302, 400, 413)
    if kept.status_code == 302:
        assert client.get(FINISH).status_code in (200, 401, 403) and not signed_in(client)


@pytest.mark.parametrize(
    "xml", ["", "<a/>", "no xml", "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"]
)
def test_metadata_that_are_none_then_said_so(people, xml):
    from listbackup.core.errors import InvalidInput

    with pytest.raises(InvalidInput):
        providers.read_saml(metadata_xml=xml)
