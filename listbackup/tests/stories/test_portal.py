"""An agency and its client, each in a browser of their own: shared, invited, found, asked for, approved, downloaded."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from listbackup.testing.stories import mailed_link, no_violations, watched

pytestmark = pytest.mark.browser
AGENCY, AGENCY_PASSWORD = "olga@demo.example", "listbackup-demo"
ADDRESS, PASSWORD = "nina@northwind.example", "plum harbour lantern"


@pytest.fixture
def visitor(chromium: Any) -> Iterator[Any]:
    """The client's own browser, a phone."""
    with watched(chromium, viewport={"width": 360, "height": 800}) as opened:
        yield opened


def look(page: Any, where: str) -> None:
    no_violations(page, where)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, f"{where} scrolls sideways"


def test_a_client_finds_a_record_asks_for_it_and_gets_it(page, visitor, stack):
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").first.fill(AGENCY)
    page.locator("input[name=password]").fill(AGENCY_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r":\d+/$"))
    page.goto("/sources/")
    page.wait_for_selector("text=Northwind Outdoor HubSpot")
    for _ in range(60):  # its first backup
        page.reload()
        if page.locator("tr", has_text="Northwind Outdoor HubSpot").get_by_text("Protected").count():
            break
        page.wait_for_timeout(3000)

    page.goto("/clients/")
    page.get_by_label("Name", exact=True).fill("Northwind Outdoor")
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_selector("text=Sees nothing yet")
    page.get_by_label("Share", exact=True).select_option(label="Northwind Outdoor HubSpot")
    page.get_by_role("button", name="Share", exact=True).click()
    page.wait_for_selector("text=Nobody is invited yet")
    page.locator("#person-email").fill(ADDRESS)
    page.locator("#person-name").fill("Nina North")
    page.get_by_role("button", name="Send the invitation").click()
    page.wait_for_selector("text=has mail")
    client_page = page.url
    look(page, "client")

    visitor.goto(mailed_link(stack, ADDRESS, "/link/"))
    look(visitor, "invitation")
    visitor.get_by_label("New password").fill(PASSWORD)
    visitor.get_by_role("button", name="Save and sign in").click()
    visitor.wait_for_selector("text=Your data is protected")
    look(visitor, "portal overview")
    visitor.get_by_role("link", name="Search", exact=True).click()
    visitor.get_by_label("Search all records").fill("an")
    visitor.get_by_role("button", name="Search").click()
    visitor.locator("table.ledger tbody th a").first.click()
    visitor.wait_for_url("**/record/**")
    look(visitor, "portal record")
    visitor.get_by_role("link", name="Get this record back").click()
    visitor.get_by_label("What happened").fill("Somebody deleted it")
    look(visitor, "portal request")
    visitor.get_by_role("button", name="Send the request").click()
    visitor.wait_for_selector("text=Waiting for approval")
    request_page = visitor.url

    page.goto("/clients/")
    page.get_by_role("link", name="Answer requests").click()
    page.locator("table.ledger tbody th a").first.click()
    page.wait_for_selector("text=Somebody deleted it")
    look(page, "request")
    page.get_by_label("Your answer").fill("Here you are")
    page.get_by_role("button", name="Approve").click()
    page.wait_for_selector("text=Ready")

    assert mailed_link(stack, ADDRESS, "/requests/") == request_page
    visitor.goto(request_page)
    visitor.wait_for_selector("text=Here you are")
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="Download", exact=True).click()
    assert download.value.suggested_filename.endswith(".json")

    visitor.goto(visitor.url.partition("/requests/")[0] + "/activity/")
    visitor.wait_for_selector("text=Downloaded data")
    look(visitor, "portal activity")
    page.goto(client_page + "log/")
    page.wait_for_selector("text=Approved a client's request")
    page.wait_for_selector("text=Downloaded data")
    page.goto(client_page)
    page.get_by_role("button", name="Suspend", exact=True).first.click()
    page.wait_for_selector("text=nobody of it gets in")
    visitor.reload()
    visitor.wait_for_url("**/sign-in/**")
