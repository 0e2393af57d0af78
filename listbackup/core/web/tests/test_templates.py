from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from listbackup.core.errors import NotFound

FOLDER = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(str(path.relative_to(FOLDER)) for kind in ("html", "txt") for path in FOLDER.rglob(f"*.{kind}"))


@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles_and_keeps_to_the_content_security_policy(name: str) -> None:
    get_template(name)
    text = (FOLDER / name).read_text()
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


def test_error_page_without_any_context_still_renders() -> None:
    assert "Your backups are not touched" in render_to_string("500.html")
