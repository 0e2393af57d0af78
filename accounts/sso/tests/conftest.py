"""Real identity providers in processes of their own, and an organization that uses one."""

import html
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.access.schema import entered
from accounts.sso.models import EmailDomain, IdentityProvider
from accounts.sso.services import domains
from listbackup.testing import oidc_provider
from listbackup.testing.sso_factories import make_email_domain

SLUG = "acme-login"
CALLBACK = f"http://localhost:8000/accounts/oidc/{SLUG}/login/callback/"
OTHER_CALLBACK = "http://localhost:8000/accounts/oidc/other-login/login/callback/"


@pytest.fixture(scope="session")
def oidc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[oidc_provider.Provider]:
    """olga, mia, nia (new), and una (whose address is not verified there) of acme.test; zoe of elsewhere.test."""
    people = ["olga@example.com", "mia@example.com", "nia@acme.test", "una@acme.test:unproved", "zoe@elsewhere.test"]
    with oidc_provider.running(
        tmp_path_factory.mktemp("oidc"), redirect_uris=[CALLBACK, OTHER_CALLBACK], people=people
    ) as running:
        yield running


@pytest.fixture
def acme_login(people: Any, oidc: oidc_provider.Provider) -> IdentityProvider:
    """Acme's provider as the page leaves it: tested, switched on; acme.test is proved, example.com is not."""
    from accounts.sso.enums import ProviderKind
    from accounts.sso.services import providers

    context = people.context(people.olga)
    with entered(people.acme.organization):
        made = providers.add_provider(
            context,
            ProviderKind.OIDC,
            slug=SLUG,
            name="Acme Login",
            settings=providers.read_oidc(oidc.issuer, oidc_provider.CLIENT_ID),
            secret=oidc_provider.CLIENT_SECRET,
            default_role="viewer",
        )
    IdentityProvider.objects.filter(pk=made.pk).update(enabled=True, tested_at=made.created_at)
    made.refresh_from_db()
    make_email_domain(people.acme, "acme.test")
    return made


def begin(client: Client, slug: str = SLUG) -> str:
    """The address at the identity provider that the page hands the browser on to."""
    answer = client.post(f"/accounts/sso/{slug}/")
    assert answer.status_code == 200, answer.content
    return html.unescape(answer.content.decode().split('content="0;url=')[1].split('"')[0])


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def sign_in(client: Client, oidc: oidc_provider.Provider, email: str) -> Any:
    """The whole way, as a browser takes it; the answer of our callback."""
    return client.get(path_of(oidc.signs_in(begin(client), email)))


def require(people: Any, domain: EmailDomain, *, break_glass: Any = None) -> None:
    context = people.context(people.olga)
    with entered(people.acme.organization):
        domains.set_required(context, domain.pk, required=True, break_glass=break_glass)
