from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from listbackup.core.errors import NotFound
from listbackup.core.web.errors import csrf_failure

FOLDER = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(str(path.relative_to(FOLDER)) for kind in ("html", "txt") for path in FOLDER.rglob(f"*.{kind}"))


@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles_and_keeps_to_the_content_security_policy(name: str) -> None:
    get_template(name)
    text = (FOLDER / name).read_text()
    if name == "emails/base.html":  # a mail is not under the policy and cannot load a stylesheet
        return
    for forbidden in (' style="', " onclick=", " onchange=", "<style", "<script>"):
        assert forbidden not in text


@pytest.mark.parametrize("code", [400, 403, 404, 413, 429, 500, 503])
def test_error_pages_say_what_happened_what_to_do_and_under_which_number(code: int) -> None:
    error = NotFound("The source <b> is gone.", remedy="Pick another one.")
    context = {"error": error, "correlation_id": "0199-ab", "request": RequestFactory().get("/sources/")}
    page = render_to_string(f"errors/{code}.html", context)
    assert "The source &lt;b&gt; is gone." in page
    assert "Pick another one." in page
    assert "0199-ab" in page
    assert page.count("<h1") == 1


def test_error_with_a_page_of_its_own_is_shown_on_it() -> None:
    request = RequestFactory().post("/sources/")
    answer = csrf_failure(request)
    assert answer.status_code == 403
    assert "A form is only taken from the page" in answer.content.decode()


@pytest.mark.parametrize("prefix", ["email_confirmation", "email_confirmation_signup", "password_reset_key"])
def test_mails_carry_their_link_in_text_and_html(prefix: str) -> None:
    context = {"activate_url": "https://x.example/a?b=1&c=2", "password_reset_url": "https://x.example/a?b=1&c=2"}
    text = render_to_string(f"account/email/{prefix}_message.txt", context)
    html = render_to_string(f"account/email/{prefix}_message.html", context)
    assert "https://x.example/a?b=1&c=2" in text
    assert html.count("https://x.example/a?b=1&amp;c=2") == 2


def test_error_page_without_any_context_still_renders() -> None:
    assert "Your backups are not touched" in render_to_string("500.html")
