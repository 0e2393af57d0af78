"""The two pages that other people's scripts draw, under the content policy that visitors get."""

import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.browser
PASSWORD = "a passphrase for support"


@pytest.fixture(scope="module")
def staff(stack: Any) -> str:
    """The address of a member of support staff, made by Django's own command."""
    address = "sam@support.example"
    subprocess.run(
        [sys.executable, "manage.py", "createsuperuser", "--noinput", "--email", address],
        env=stack.environment | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD},
        check=True,
        capture_output=True,
    )
    return address


def test_api_page_then_its_operations_are_drawn(page):
    page.goto("/api/docs")
    page.wait_for_selector(".opblock-summary-path")
    operation = page.locator("#operations-auth-auth_login .opblock-summary")
    for _ in range(40):  # of a long document only what is near the window is drawn
        if operation.count():
            break
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(150)
    operation.click()
    page.wait_for_selector("#operations-auth-auth_login .opblock-body")


def test_admin_then_its_lists_and_menus_work(page, staff):
    page.goto("/admin/")
    page.locator("input[name=username]").fill(staff)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form button[type=submit]").click()
    page.wait_for_selector("text=Users")
    page.goto("/admin/accounts/user/")
    page.wait_for_selector("text=olga@demo.example")
    assert page.locator("html[x-cloak]").count() == 0  # Alpine has started
