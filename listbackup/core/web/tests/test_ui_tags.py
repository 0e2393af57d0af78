from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from listbackup.core.clock import now
from listbackup.core.web.icons import icon_svg
from listbackup.core.web.json_markup import markup
from listbackup.core.web.samples import samples
from listbackup.core.web.states import LOOKS


def render(source: str, path: str = "/", cookies: dict[str, str] | None = None, **context: Any) -> str:
    request = RequestFactory().get(path)
    request.COOKIES.update(cookies or {})
    request.user = SimpleNamespace(time_zone="Europe/Lisbon", is_authenticated=True)  # type: ignore[assignment]
    return Template("{% load ui %}" + source).render(Context({"request": request, **context}))


def test_icon_when_there_is_none_names_the_folder() -> None:
    with pytest.raises(LookupError, match="templates/components/icons"):
        icon_svg("../base")


def test_every_state_has_an_icon_that_exists() -> None:
    for look in LOOKS.values():
        assert "<svg" in icon_svg(look.icon)


def test_status_shows_word_and_tone() -> None:
    shown = render("{% status state %}", state="needs_reconnect")
    assert "tone-attention" in shown
    assert "Reconnect" in shown


def test_status_of_a_state_nobody_knows_keeps_its_word_escaped() -> None:
    shown = render("{% status state %}", state="<odd_one>")
    assert "&lt;odd one&gt;" in shown


def test_when_is_relative_and_exact_in_the_persons_zone() -> None:
    shown = render("{% when moment %}|{% when nothing 'Not yet' %}", moment=now() - timedelta(hours=3), nothing=None)
    assert ">3 hours ago</time>" in shown
    assert " WE" in shown
    assert "Not yet" in shown


def test_query_keeps_filters_and_drops_the_page() -> None:
    shown = render("{% query state='failed' after=None %}", "/jobs/?kind=backup&after=x")
    assert shown == "?kind=backup&amp;state=failed"


def test_moments_written_in_text_are_read_as_utc_and_shown_in_the_persons_zone() -> None:
    markup = "{% moment_text moment %}|{% moment_text '' 'Not yet' %}|{% exactly moment %}"
    text, nothing, shown = render(markup, moment="2026-07-01T07:06:09").split("|")
    assert (text, nothing) == ("1 Jul 2026, 08:06", "Not yet")
    assert ">1 Jul 2026, 08:06</time>" in shown
    assert 'datetime="2026-07-01T07:06:09+00:00"' in shown


def test_chip_is_current_when_its_value_is_in_the_url() -> None:
    assert "aria-current" in render("{% chip 'Failed' 'state' 'failed' %}", "/?state=failed")
    assert "aria-current" not in render("{% chip 'All' 'state' '' %}", "/?state=failed")


def test_sort_head_turns_the_order_around() -> None:
    shown = render("{% sort_head 'Name' 'name' %}", "/?sort=name")
    assert 'aria-sort="ascending"' in shown
    assert "sort=-name" in shown


@pytest.mark.parametrize(
    ("cookie", "theme", "shown"),
    [
        ("dark", "light", ' data-theme="dark"'),
        ("", "light", ' data-theme="light"'),
        ("system", "dark", ""),
        ('"><b', "dark", ""),
    ],
)
def test_theme_of_this_browser_wins_over_the_profile(cookie: str, theme: str, shown: str) -> None:
    assert render("{% theme_attribute %}", cookies={"theme": cookie}, theme=theme) == shown


def test_platform_logo_without_its_own_mark_is_the_neutral_one() -> None:
    assert "platforms/hubspot" in render("{% platform_logo 'hubspot' %}")
    assert "platforms/custom" in render("{% platform_logo '../../etc' %}")


def test_json_markup_escapes_what_records_hold() -> None:
    shown = markup({"<k>": '<script>"x"</script>', "n": -1.5e3, "t": [True, None, "a: 1"]})
    assert "<script" not in shown
    assert "<k>" not in shown
    assert '<span class="n">-1500.0</span>' in shown
    assert '<span class="l">true</span>' in shown
    assert '<span class="s">&quot;a: 1&quot;</span>' in shown


def test_style_guide_draws_every_component_without_inline_style_or_script() -> None:
    request = RequestFactory().get("/styleguide/")
    page = render_to_string("styleguide.html", {**samples(), "request": request})
    assert ' style="' not in page
    assert "<script>" not in page
    assert "onclick" not in page
