"""Charts as SVG made on the server. Each has a title, a description and a table that says the same in words."""

from collections.abc import Sequence
from datetime import date
from itertools import count as counter
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from listbackup.core.web import wording

# The drawing is stretched to its place, so it holds no text and no circles; words stand beside it in HTML.
WIDTH, HEIGHT = 640, 160
_WORDS = {"good": "good", "partial": "partial", "failed": "failed", "none": "no run"}
_numbers = counter(1)


def _label(value: object) -> str:
    return f"{value.day} {value:%b}" if isinstance(value, date) else str(value)


def nice_top(highest: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten (and at least 4) that is not below `highest`."""
    step = 1.0
    while True:
        for factor in (1, 2, 2.5, 5):
            if step * factor >= highest and step * factor >= 4:
                return step * factor
        step *= 10


def strip(days: Sequence[Any], label: str = "") -> SafeString:
    """Days, oldest first, as bars. A day is a state (`good`, `partial`, `failed`, `none`) or `{"day": date, "state": ...}`."""
    cells, tally = [], dict.fromkeys(_WORDS, 0)
    for number, entry in enumerate(days):
        if isinstance(entry, dict):
            state, day = entry["state"], entry.get("day")
        else:
            state, day = getattr(entry, "state", entry), getattr(entry, "date", None)
        state = str(getattr(state, "value", state))
        state = state if state in _WORDS else "none"
        tally[state] += 1
        height, top = (20, 0) if state != "none" else (4, 16)
        words = f"{_label(day)}: {_WORDS[state]}" if day else _WORDS[state]
        cells.append((number * 6, top, height, state, words))
    said = ", ".join(f"{amount} {_WORDS[state]}" for state, amount in tally.items() if amount)
    heading = f"{label + ': ' if label else ''}last {len(days)} days: {said}" if days else "No days yet"
    bars = format_html_join(
        "", '<rect x="{}" y="{}" width="5" height="{}" rx="1" class="{}"><title>{}</title></rect>', cells
    )
    width = max(len(days) * 6 - 1, 1)
    return format_html(
        '<svg class="strip" viewBox="0 0 {} 20" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        round(width, 1),
        heading,
        bars,
    )


def _plot(title: str, description: str, top: float, labels: Sequence[object], inner: SafeString) -> SafeString:
    """The drawing with three rules, their values at its left, and the first, middle and last label below."""
    number = next(_numbers)
    rules = format_html_join(
        "",
        '<line class="rule" x1="0" x2="{}" y1="{}" y2="{}"/>',
        ((WIDTH, y, y) for y in (0, HEIGHT / 2, HEIGHT)),
    )
    last = len(labels) - 1
    shown = [labels[index] for index in sorted({0, last // 2, last})] if last > 1 else labels
    spans = "<span>{}</span>"
    return format_html(
        '<div class="plot"><div class="plot-y" aria-hidden="true">{}</div>'
        '<svg class="chart" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-labelledby="chart-{}-t chart-{}-d">'
        '<title id="chart-{}-t">{}</title><desc id="chart-{}-d">{}</desc>{}{}</svg>'
        '<div class="plot-x" aria-hidden="true">{}</div></div>',
        format_html_join("", spans, ((wording.short_count(top * share),) for share in (1, 0.5, 0))),
        WIDTH,
        HEIGHT,
        number,
        number,
        number,
        title,
        number,
        description,
        rules,
        inner,
        format_html_join("", spans, ((_label(label),) for label in shown)),
    )


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> SafeString:
    """The chart's numbers for those who do not see it, behind a summary."""
    head = format_html_join(
        "", '<th scope="col"{}>{}</th>', (("" if i == 0 else mark_safe(' class="num"'), h) for i, h in enumerate(heads))
    )
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        (
            (_label(row[0]), format_html_join("", '<td class="num">{}</td>', ((wording.count(v),) for v in row[1:])))
            for row in rows
        ),
    )
    return format_html(
        '<details class="chart-numbers"><summary>Numbers</summary><div class="table-wrap" tabindex="0" role="region" aria-label="{}">'
        '<table class="ledger ledger-dense"><caption class="sr-only">{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div></details>',
        title,
        title,
        head,
        body,
    )


def line(points: Sequence[Sequence[Any]], title: str, unit: str = "") -> SafeString:
    """`[(date or label, value), ...]` oldest first, as a line over a pale area, scale from 0."""
    if not points:
        return format_html('<p class="muted">{}: nothing to draw yet.</p>', title)
    values = [float(point[1]) for point in points]
    top = nice_top(max(values))
    gap = WIDTH / max(len(points) - 1, 1)
    xs = [round(gap * number, 1) if len(points) > 1 else WIDTH / 2 for number in range(len(points))]
    ys = [round(HEIGHT * (1 - value / top), 1) for value in values]
    path = " ".join(f"{'L' if n else 'M'}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(zip(xs, ys, strict=True)))
    # What answers the pointer: a column around each point.
    columns = [(max(x - gap / 2, 0), min(x + gap / 2, WIDTH)) for x in xs]
    spots = format_html_join(
        "",
        '<rect class="spot" x="{}" y="0" width="{}" height="{}"><title>{}: {} {}</title></rect>',
        (
            (round(left, 1), round(right - left, 1), HEIGHT, _label(point[0]), wording.count(value), unit)
            for (left, right), point, value in zip(columns, points, values, strict=True)
        ),
    )
    inner = format_html(
        '<path class="area" d="{} L{} {} L{} {} Z"/><path class="curve" d="{}"/><path class="end" d="M{} {}h.01"/>{}',
        path,
        xs[-1],
        HEIGHT,
        xs[0],
        HEIGHT,
        path,
        xs[-1],
        ys[-1],
        spots,
    )
    first, last = (f"{wording.count(v)} {unit}".strip() for v in (values[0], values[-1]))
    said = f"From {first} on {_label(points[0][0])} to {last} on {_label(points[-1][0])}."
    return format_html(
        '<figure class="figure">{}{}</figure>',
        _plot(title, said, top, [point[0] for point in points], inner),
        _table(title, ["", unit or "Value"], [(p[0], v) for p, v in zip(points, values, strict=True)]),
    )


def bars(rows: Sequence[Sequence[Any]], title: str, series: Sequence[str] = ("Value",)) -> SafeString:
    """`[(date or label, value, value, ...), ...]` as stacked bars; `series` names the values, at most four."""
    if not rows:
        return format_html('<p class="muted">{}: nothing to draw yet.</p>', title)
    top = nice_top(max(sum(float(v) for v in row[1:]) for row in rows))
    slot = WIDTH / len(rows)
    width = min(slot * 0.72, 40)
    drawn = []
    for number, row in enumerate(rows):
        left, floor = slot * (number + 0.5) - width / 2, float(HEIGHT)
        for index, value in enumerate(row[1:]):
            height = HEIGHT * float(value) / top
            floor -= height
            if value:
                place = [round(part, 1) for part in (left, floor, width, max(height, 1))]
                drawn.append((index + 1, *place, _label(row[0]), wording.count(value), series[index].lower()))
    rects = format_html_join(
        "",
        '<rect class="bar-{}" x="{}" y="{}" width="{}" height="{}"><title>{}: {} {}</title></rect>',
        drawn,
    )
    totals = [sum(float(row[i + 1]) for row in rows) for i in range(len(series))]
    said = (
        f"{_label(rows[0][0])} to {_label(rows[-1][0])}: "
        + ", ".join(f"{wording.count(t)} {s.lower()}" for t, s in zip(totals, series, strict=True))
        + "."
    )
    legend = format_html_join(
        "",
        '<span><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="bar-{}" width="10" height="10" rx="2"/></svg>{}</span>',
        ((i + 1, s) for i, s in enumerate(series)),
    )
    shown = format_html('<div class="legend">{}</div>', legend) if len(series) > 1 else ""
    return format_html(
        '<figure class="figure">{}{}{}</figure>',
        _plot(title, said, top, [row[0] for row in rows], rects),
        shown,
        _table(title, ["", *series], rows),
    )
