"""A real OpenID Connect provider in a process of its own: allauth's, over a database file. Not our code, not our models.

python -m listbackup.testing.oidc_provider --port 9000 --data DIR --redirect-uri URL --person olga@example.com
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx

from listbackup.testing.stack import free_port

PASSWORD = "password of the other side"
CLIENT_ID, CLIENT_SECRET = "listbackup", "secret of the client"


@dataclass(frozen=True, slots=True)
class Provider:
    """`issuer` is where it answers."""

    issuer: str

    def signs_in(self, address: str, email: str) -> str:
        """What a browser does there that comes to `address`: signs in as `email`. Where it is sent back to."""
        with httpx.Client(timeout=20) as browser:
            answer = browser.get(address)
            while answer.has_redirect_location:
                address = urljoin(address, answer.headers["location"])
                if not address.startswith(self.issuer):
                    return address
                answer = browser.get(address)
                if 'name="password"' in answer.text:
                    answer = browser.post(address, data=_hidden(answer.text) | {"login": email, "password": PASSWORD})
        raise AssertionError(f"{address} answered {answer.status_code}: {answer.text[:500]}")


@contextmanager
def running(data: Path, *, redirect_uris: Sequence[str], people: Sequence[str]) -> Iterator[Provider]:
    port = free_port()
    command = [sys.executable, "-m", "listbackup.testing.oidc_provider", "--port", str(port), "--data", str(data)]
    for uri in redirect_uris:
        command += ["--redirect-uri", uri]
    for email in people:
        command += ["--person", email]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    process = subprocess.Popen(command, env=environment)
    provider = Provider(f"http://127.0.0.1:{port}")
    try:
        _until_it_answers(provider, process)
        yield provider
    finally:
        process.terminate()
        process.wait(20)


def _until_it_answers(provider: Provider, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{provider.issuer}/.well-known/openid-configuration").status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError("the OpenID Connect provider did not start")


def _hidden(page: str) -> dict[str, str]:
    found = {}
    for part in page.split("<input")[1:]:
        tag = part.split(">")[0]
        if 'type="hidden"' in tag and 'value="' in tag:
            found[tag.split('name="')[1].split('"')[0]] = unescape(tag.split('value="')[1].split('"')[0])
    return found


def _configure(data: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    settings.configure(
        SECRET_KEY="only for tests",
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": data / "provider.sqlite"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.idp.oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ACCOUNT_LOGIN_METHODS={"email"},
        ACCOUNT_RATE_LIMITS=False,
        ACCOUNT_EMAIL_VERIFICATION="none",
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        USE_TZ=True,
        IDP_OIDC_PRIVATE_KEY=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
    )


def _add_addresses() -> None:
    from django.conf import settings
    from django.urls import include, path

    settings.ROOT_URLCONF = (path("accounts/", include("allauth.account.urls")), path("", include("allauth.idp.urls")))


def _fill(redirect_uris: Sequence[str], people: Sequence[str]) -> None:
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    Client.objects.create(
        id=CLIENT_ID,
        name="ListBackup",
        secret=make_password(CLIENT_SECRET),
        scopes="openid\nprofile\nemail",
        redirect_uris="\n".join(redirect_uris),
        skip_consent=True,
    )
    for person in people:
        email, _, unproved = person.partition(":")
        user = User.objects.create_user(email, email, PASSWORD, first_name=email.split("@")[0].title())
        EmailAddress.objects.create(user=user, email=email, verified=not unproved, primary=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--redirect-uri", action="append", default=[])
    parser.add_argument(
        "--person", action="append", default=[], help="an address; with :unproved behind it, unverified"
    )
    options = parser.parse_args()
    _configure(options.data)
    import django

    django.setup()
    _add_addresses()
    _fill(options.redirect_uri, options.person)
    from socketserver import ThreadingMixIn
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

    from django.core.wsgi import get_wsgi_application

    class Server(ThreadingMixIn, WSGIServer):
        daemon_threads = True

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    make_server("127.0.0.1", options.port, get_wsgi_application(), Server, Quiet).serve_forever()


if __name__ == "__main__":
    main()
