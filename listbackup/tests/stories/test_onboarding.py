"""A newcomer's first quarter of an hour in a real browser."""

import re

import pytest

from listbackup.testing.stories import mailed_link, no_violations

pytestmark = pytest.mark.browser
PASSWORD = "a long enough passphrase"


def test_sign_up_then_first_backup_then_a_record(page, stack):
    address = "nadia@newcomer.example"
    page.goto("/accounts/signup/")
    no_violations(page, "sign-up")
    page.get_by_label("E-mail", exact=False).first.fill(address)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_label("Your name").fill("Nadia New")
    page.get_by_label("Company").fill("Newcomer Ltd")
    page.locator("main form button[type=submit], form button[type=submit]").last.click()
    page.wait_for_url("**/confirm-email/**")
    no_violations(page, "verification sent")

    page.goto(mailed_link(stack, address, "/accounts/confirm-email/"))
    no_violations(page, "confirm address")
    page.locator("form button[type=submit]").last.click()
    page.wait_for_url("**/start/")
    no_violations(page, "step 1")

    page.get_by_role("link", name=re.compile("HubSpot")).first.click()
    no_violations(page, "platform")
    page.get_by_role("link", name="Connect HubSpot").first.click()
    no_violations(page, "connect")
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_url("**/oauth/authorize**")
    page.get_by_role("button", name="Connect app").click()
    page.wait_for_url(re.compile(r"/(start|connections)/"))
    if "/start/" not in page.url:
        no_violations(page, "connection")
        page.goto("/start/")
        page.locator("a.tile", has_text="HubSpot").first.click()

    page.wait_for_url("**/streams/")
    no_violations(page, "step 2")
    for stream in ("contacts", "companies", "deals"):
        page.locator(f"input[name=streams][value={stream}]").check()
    page.get_by_role("button", name="Start the first backup").click()
    page.wait_for_url("**/running/")
    no_violations(page, "step 3")
    page.wait_for_selector("text=is protected", timeout=120_000)

    page.get_by_role("link", name="Look into the data").click()
    no_violations(page, "data")
    page.locator("table.ledger tbody th a").first.click()
    page.wait_for_url("**/record/**")
    no_violations(page, "record")
    page.goto("/")
    page.wait_for_selector("text=is protected")
    no_violations(page, "overview")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_every_list_then_no_violation_and_no_sideways_scroll(page, stack, theme, width):
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/accounts/login/")
    page.get_by_label("E-mail", exact=False).first.fill("olga@demo.example")
    page.get_by_label("Password").first.fill("listbackup-demo")
    page.locator("form button[type=submit]").last.click()
    page.wait_for_url(stack.base + "/**")
    for path in (
        "/",
        "/sources/",
        "/groups/",
        "/jobs/",
        "/snapshots/",
        "/connections/",
        "/platforms/",
        "/activity/",
        "/start/",
    ):
        page.goto(path)
        no_violations(page, f"{path} {theme} {width}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} scrolls sideways"
