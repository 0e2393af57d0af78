from datetime import date
from xml.etree import ElementTree

import pytest

from listbackup.core.web import charts


def parsed(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<root>{markup}</root>")


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 5), (4, 5), (5, 5), (99, 100), (101, 200), (210, 250), (48_210, 50_000)]
)
def test_scale_ends_at_a_round_number(highest: float, top: float) -> None:
    assert charts.nice_top(highest) == top


def test_strip_says_in_words_what_it_draws() -> None:
    drawn = parsed(charts.strip(["none", "good", {"day": date(2026, 3, 2), "state": "failed"}], "Shop & more"))
    svg = drawn[0]
    assert svg.attrib["aria-label"] == "Shop & more: last 3 days: 1 good, 1 failed, 1 no run"
    assert [bar.attrib["class"] for bar in svg] == ["none", "good", "failed"]
    assert svg[2][0].text == "2 Mar: failed"


def test_strip_with_a_state_it_does_not_know_draws_no_run() -> None:
    assert parsed(charts.strip(["<b>"]))[0][0].attrib["class"] == "none"


def test_line_ends_at_the_last_value_and_lists_every_number() -> None:
    drawn = parsed(charts.line([(date(2026, 3, 1), 0), (date(2026, 3, 2), 100)], "Protected <records>", "records"))
    title, description = drawn.find(".//title"), drawn.find(".//desc")
    assert title is not None
    assert title.text == "Protected <records>"
    assert description is not None
    assert description.text == "From 0 records on 1 Mar to 100 records on 2 Mar."
    curve = drawn.find(".//path[@class='curve']")
    assert curve is not None
    assert curve.attrib["d"] == f"M0.0 {charts.HEIGHT}.0 L{charts.WIDTH}.0 0.0"
    assert [label.text for label in drawn.findall(".//div[@class='plot-y']/span")] == ["100", "50", "0"]
    assert [label.text for label in drawn.findall(".//div[@class='plot-x']/span")] == ["1 Mar", "2 Mar"]
    assert [cell.text for cell in drawn.findall(".//td")] == ["0", "100"]


def test_line_with_one_point_or_none_still_draws() -> None:
    assert parsed(charts.line([("today", 7)], "Records")).find(".//svg") is not None
    assert "nothing to draw yet" in charts.line([], "Records")


def test_bars_stack_without_gaps_up_to_the_total() -> None:
    drawn = parsed(charts.bars([("Mon", 50, 50), ("Tue", 0, 10)], "Changes", ("Added", "Changed")))
    rects = drawn.findall(".//svg[@class='chart']/rect")
    assert [r.attrib["class"] for r in rects] == ["bar-1", "bar-2", "bar-2"]
    first, second = rects[0].attrib, rects[1].attrib
    assert float(second["y"]) == 0
    assert float(second["y"]) + float(second["height"]) == float(first["y"])
    assert float(first["y"]) + float(first["height"]) == charts.HEIGHT
