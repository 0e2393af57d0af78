"""An authenticator app and a passkey, set up and used in a real browser."""

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.browser
PASSWORD = "listbackup-demo"


def sign_in(page: Any, address: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail", exact=False).first.fill(address)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Any) -> None:
    page.context.clear_cookies()


def confirm(page: Any, path: str) -> None:
    """Opens a page that asks once more who one is."""
    page.goto(path)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(f"**{path}")


def code_of(secret: str) -> str:
    """RFC 6238: six digits, SHA-1, thirty seconds; never one that ends within two."""
    if time.time() % 30 > 28:
        time.sleep(2.1)
    key = base64.b32decode(secret)
    digest = hmac.new(key, struct.pack(">Q", int(time.time() // 30)), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


@pytest.fixture
def authenticator(page: Any) -> Iterator[Any]:
    """A passkey store of the browser, whose owner always agrees."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield lambda: devtools.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})["credentials"]


def test_authenticator_app_set_up_then_asked_for_and_a_recovery_code_helps(page: Any) -> None:
    sign_in(page, "vera@demo.example")
    page.wait_for_url(lambda url: "login" not in url)
    confirm(page, "/accounts/2fa/totp/activate/")
    secret = page.get_by_label("Authenticator secret").input_value()
    page.locator("input[name=code]").fill(code_of(secret))
    page.get_by_role("button", name="Activate").click()
    page.wait_for_url("**/2fa/recovery-codes/")
    recovery = page.locator("textarea, pre, code").first.inner_text().split() or []
    if not recovery:
        recovery = page.locator("textarea").first.input_value().split()
    assert len(recovery) == 10

    sign_out(page)
    sign_in(page, "vera@demo.example")
    page.wait_for_url("**/2fa/authenticate/**")
    page.locator("input[name=code]").fill("000000")
    page.locator("main button[type=submit], form button[type=submit]").first.click()
    page.wait_for_selector(".field-error, [role=alert]")
    page.locator("input[name=code]").fill(recovery[0])
    page.locator("main button[type=submit], form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "2fa" not in url and "login" not in url)


def test_passkey_added_then_it_opens_the_account_without_a_password(page: Any, authenticator: Any) -> None:
    sign_in(page, "mia@demo.example")
    page.wait_for_url(lambda url: "login" not in url)
    confirm(page, "/accounts/2fa/webauthn/add/")
    page.locator("input[name=passwordless]").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/2fa/recovery-codes/**")
    assert len(authenticator()) == 1

    sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    assert page.locator("text=Overview").first.is_visible()
