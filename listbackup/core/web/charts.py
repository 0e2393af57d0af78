"""Charts as SVG made on the server. Each has a title, a description and a table that says the same in words."""

from collections.abc import Sequence
from datetime import date
from itertools import count as counter
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from listbackup.core.web import wording

WIDTH, HEIGHT = 640, 180
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 22
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


def _frame(top: float, labels: Sequence[object], centres: Sequence[float]) -> SafeString:
    """Three rules with their values, and the first, middle and last label below."""
    parts = []
    for share in (0, 0.5, 1):
        y = TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)
        parts.append(format_html('<line class="rule" x1="{}" x2="{}" y1="{}" y2="{}"/>', LEFT, WIDTH - RIGHT, y, y))
        parts.append(
            format_html(
                '<text x="{}" y="{}" text-anchor="end">{}</text>', LEFT - 8, y + 4, wording.short_count(top * share)
            )
        )
    last = len(labels) - 1
    shown = {0: "start", last // 2: "middle", last: "end"} if last > 1 else dict.fromkeys(range(last + 1), "middle")
    for index, anchor in shown.items():
        parts.append(
            format_html(
                '<text x="{}" y="{}" text-anchor="{}">{}</text>',
                centres[index],
                HEIGHT - 4,
                anchor,
                _label(labels[index]),
            )
        )
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped by format_html


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


def _svg(title: str, description: str, inner: SafeString) -> SafeString:
    number = next(_numbers)
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="chart-{}-t chart-{}-d"><title id="chart-{}-t">{}</title>'
        '<desc id="chart-{}-d">{}</desc>{}</svg>',
        WIDTH,
        HEIGHT,
        number,
        number,
        number,
        title,
        number,
        description,
        inner,
    )


def line(points: Sequence[Sequence[Any]], title: str, unit: str = "") -> SafeString:
    """`[(date or label, value), ...]` oldest first, as a line over a pale area, scale from 0."""
    if not points:
        return format_html('<p class="muted">{}: nothing to draw yet.</p>', title)
    values = [float(point[1]) for point in points]
    top = nice_top(max(values))
    room, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    gap = room / max(len(points) - 1, 1)
    xs = [LEFT + round(gap * number, 1) if len(points) > 1 else LEFT + room / 2 for number in range(len(points))]
    ys = [round(TOP + tall * (1 - value / top), 1) for value in values]
    path = " ".join(f"{'L' if n else 'M'}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(zip(xs, ys, strict=True)))
    base = TOP + tall
    dots = format_html_join(
        "",
        '<circle class="{}" cx="{}" cy="{}" r="{}"{}><title>{}: {} {}</title></circle>',
        (
            (
                "dot",
                x,
                y,
                2.5 if n == len(points) - 1 else 6,
                "" if n == len(points) - 1 else mark_safe(' fill-opacity="0"'),
                _label(p[0]),
                wording.count(v),
                unit,
            )
            for n, (x, y, p, v) in enumerate(zip(xs, ys, points, values, strict=True))
        ),
    )
    inner = format_html(
        '{}<path class="area" d="{} L{} {} L{} {} Z"/><path class="curve" d="{}"/>{}',
        _frame(top, [p[0] for p in points], xs),
        path,
        xs[-1],
        base,
        xs[0],
        base,
        path,
        dots,
    )
    first, last = (f"{wording.count(v)} {unit}".strip() for v in (values[0], values[-1]))
    said = f"From {first} on {_label(points[0][0])} to {last} on {_label(points[-1][0])}."
    return format_html(
        '<figure class="figure">{}{}</figure>',
        _svg(title, said, inner),
        _table(title, ["", unit or "Value"], [(p[0], v) for p, v in zip(points, values, strict=True)]),
    )


def bars(rows: Sequence[Sequence[Any]], title: str, series: Sequence[str] = ("Value",)) -> SafeString:
    """`[(date or label, value, value, ...), ...]` as stacked bars; `series` names the values, at most four."""
    if not rows:
        return format_html('<p class="muted">{}: nothing to draw yet.</p>', title)
    top = nice_top(max(sum(float(v) for v in row[1:]) for row in rows))
    room, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    slot = room / len(rows)
    width = min(slot * 0.72, 40)
    drawn, centres = [], []
    for number, row in enumerate(rows):
        centre = round(LEFT + slot * (number + 0.5), 1)
        centres.append(centre)
        floor = float(TOP + tall)
        for index, value in enumerate(row[1:]):
            height = tall * float(value) / top
            floor -= height
            if value:
                drawn.append(
                    (
                        index + 1,
                        round(centre - width / 2, 1),
                        round(floor, 1),
                        round(width, 1),
                        round(max(height, 1), 1),
                        _label(row[0]),
                        wording.count(value),
                        series[index].lower(),
                    )
                )
    rects = format_html_join(
        "",
        '<rect class="bar-{}" x="{}" y="{}" width="{}" height="{}" rx="1"><title>{}: {} {}</title></rect>',
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
        _svg(title, said, format_html("{}{}", _frame(top, [r[0] for r in rows], centres), rects)),
        shown,
        _table(title, ["", *series], rows),
    )
