"""Writing a custom connector in a real browser: a mistake, its line, the live check, saving."""

import pytest

from integrations.sandbox.config import DEFAULT_STATIC_TOKEN
from listbackup.testing.stories import no_violations

pytestmark = pytest.mark.browser
MANIFEST = """\
manifest: 1
key: browser_crm
name: Browser CRM
base_url: https://api.hubapi.com
auth: [{kind: bearer, secret: api_key, label: API key}]
streams:
  people:
    request: {path: /crm/v3/objects/contacts}
    records: results
    key: id
    page: {kind: cursor, param: after, next: paging.next.after}
"""


def sign_in(page, stack):
    page.goto("/accounts/login/")
    page.get_by_label("E-mail", exact=False).first.fill("mia@demo.example")
    page.get_by_label("Password").first.fill("listbackup-demo")
    page.locator("form button[type=submit]").last.click()
    page.wait_for_url(stack.base + "/**")


@pytest.mark.parametrize("width", [1280, 360])
def test_written_with_a_mistake_then_corrected_tried_and_saved(page, stack, width):
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, stack)
    page.goto("/platforms/custom/new/")
    no_violations(page, "editor")
    text = MANIFEST.replace("browser_crm", f"browser_crm_{width}")
    page.locator("#id_manifest").fill(text.replace("    key: id\n", "    kex: id\n"))
    page.get_by_role("button", name="Check live").click()
    problem = page.get_by_role("link", name="Line 10, column 5")
    problem.wait_for()
    no_violations(page, "editor with a mistake")
    problem.click()
    assert page.evaluate("document.activeElement.id") == "id_manifest"
    marked = page.evaluate("(e => e.value.slice(e.selectionStart, e.selectionEnd))(document.activeElement)")
    assert marked == "kex: id"

    page.locator("#id_manifest").fill(text)
    page.get_by_label("API key").fill(DEFAULT_STATIC_TOKEN)
    page.get_by_role("button", name="Check live").click()
    page.get_by_text("1 of 1 stream could be read").wait_for()
    assert page.get_by_label("API key").input_value() == DEFAULT_STATIC_TOKEN  # for the next try
    page.get_by_text("A sample, secrets hidden").click()
    no_violations(page, "live check")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/platforms/custom/0*/")
    no_violations(page, "connector")
    page.get_by_role("link", name="Version 1", exact=True).click()
    no_violations(page, "version")
    for path in ("/platforms/custom/", "/platforms/custom/import/", "/platforms/", "/platforms/hubspot/"):
        page.goto(path)
        no_violations(page, path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} scrolls sideways"
