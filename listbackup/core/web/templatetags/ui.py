"""Template tags and filters of the design system. Their syntax with examples: `templates/components/README.md`."""

import json
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone

from listbackup.core.clock import now, zone_of
from listbackup.core.web import charts, json_markup, states, wording
from listbackup.core.web.icons import icon_svg

register = template.Library()
register.simple_tag(icon_svg, name="icon")
register.simple_tag(charts.strip, name="strip")
register.simple_tag(charts.bars, name="bars")
register.simple_tag(charts.line, name="line")
register.filter("count", wording.count)
register.filter("filesize_si", wording.filesize_si)
register.filter("duration", wording.duration)


@register.filter
def percent(part: float | None, whole: float | None = None) -> str:
    """`share|percent`, or `part|percent:whole`."""
    return wording.percent(part, whole)


@register.filter
def tone(state: object) -> str:
    """A state's tone: protected, running, attention, failed or paused."""
    return states.look_of(state).tone


@register.filter
def state_word(state: object) -> str:
    """A state's word, for sentences and titles."""
    return states.look_of(state).word


@register.simple_tag
def status(state: object, label: str = "", large: bool = False) -> SafeString:
    """Icon, word and colour of a state; `label` replaces the word."""
    look = states.look_of(state)
    turning = "turning" if look.icon == "running" else ""
    return format_html(
        '<span class="status tone-{}{}" data-state="{}">{}{}</span>',
        look.tone,
        " status-large" if large else "",
        getattr(state, "value", state) or "unknown",
        icon_svg(look.icon, f"{'' if large else 'icon-sm'} {turning}".strip()),
        label or look.word,
    )


def _zone(context: template.Context) -> tzinfo:
    """The one that the request was made to be in; a portal's people are no users."""
    if context.get("is_portal"):
        return get_current_timezone()
    user = getattr(context.get("request"), "user", None)
    return zone_of(getattr(user, "time_zone", None))


def _moment(moment: datetime | str | None) -> datetime | None:
    """A moment as the database has it, or as a manifest or a record's history writes it (ISO 8601)."""
    if not isinstance(moment, str):
        return moment
    parsed = datetime.fromisoformat(moment) if moment else None
    return parsed.replace(tzinfo=UTC) if parsed is not None and parsed.tzinfo is None else parsed


@register.simple_tag(takes_context=True)
def when(context: template.Context, moment: datetime | str | None, none: str = "Never") -> SafeString:
    """`<time>` with the relative time, and the exact one in the person's zone on hover."""
    moment = _moment(moment)
    if moment is None:
        return format_html('<span class="muted">{}</span>', none)
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        moment.isoformat(timespec="seconds"),
        wording.exact(moment, _zone(context)),
        wording.relative(moment, now()),
    )


@register.simple_tag(takes_context=True)
def exactly(context: template.Context, moment: datetime | str | None, none: str = "Never") -> SafeString:
    """`<time>` with date and time in the person's zone: `23 Nov 2026, 14:05`."""
    moment = _moment(moment)
    if moment is None:
        return format_html('<span class="muted">{}</span>', none)
    zone = _zone(context)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        wording.exact(moment, zone),
        wording.to_the_minute(moment, zone),
    )


@register.simple_tag(takes_context=True)
def moment_text(context: template.Context, moment: datetime | str | None, none: str = "Never") -> str:
    """As `exactly`, without `<time>`: for an `<option>` or an attribute."""
    moment = _moment(moment)
    return none if moment is None else wording.to_the_minute(moment, _zone(context))


@register.simple_tag(takes_context=True)
def theme_attribute(context: template.Context) -> SafeString:
    """` data-theme="dark"` when the person chose one: the cookie of this browser first, else their profile."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme") if request is not None else None
    chosen = chosen or context.get("theme")
    return format_html(' data-theme="{}"', chosen) if chosen in {"light", "dark"} else SafeString("")


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """The page's query string with changes: `{% query state="failed" after=None %}`. None takes a key away."""
    parameters = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            parameters.pop(key, None)
        else:
            parameters[key] = str(value)
    return f"?{parameters.urlencode()}" if parameters else "?"


@register.inclusion_tag("components/sort_head.html", takes_context=True)
def sort_head(context: template.Context, label: str, key: str, numeric: bool = False) -> dict[str, Any]:
    """A `<th>` that sorts by `key` through `?sort=key` and `?sort=-key`."""
    current = context["request"].GET.get("sort", "")
    order = "ascending" if current == key else "descending" if current == f"-{key}" else ""
    target = f"-{key}" if current == key else key
    return {
        "label": label,
        "numeric": numeric,
        "order": order,
        "url": query(context, sort=target, after=None, before=None),
    }


@register.simple_tag
def platform_logo(key: str, size: str = "") -> SafeString:
    """The platform's mark; a neutral one for platforms without their own. `size` is "" or "sm"."""
    name = f"platforms/{key}.svg"
    if not str(key).replace("-", "").replace("_", "").isalnum() or finders.find(name) is None:
        name = "platforms/custom.svg"
    css = "platform-logo platform-logo-sm" if size == "sm" else "platform-logo"
    return format_html('<img class="{}" src="{}" alt="" width="32" height="32">', css, static(name))


@register.filter
def value_text(value: object) -> str:
    """A record's value in one line: text as it is, dates in ISO form, anything nested as JSON, None as a dash."""
    if value is None or value == "":
        return wording.NONE
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return wording.duration(value)
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


@register.filter
def json_markup_of(value: object) -> SafeString:
    """A value as indented JSON with its parts marked for colour."""
    return mark_safe(json_markup.markup(value))  # noqa: S308 - markup() escapes every token


@register.filter
def get(mapping: Any, key: object) -> Any:
    """`row|get:column`: a dictionary's value, or None."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.inclusion_tag("components/chip.html", takes_context=True)
def chip(context: template.Context, label: str, key: str, value: object = "", amount: object = "") -> dict[str, Any]:
    """A filter that lives in the URL: `{% chip "Failed" "state" "failed" %}`; an empty value takes the filter away."""
    active = context["request"].GET.get(key, "") == str(value)
    url = query(context, **{key: value, "after": None, "before": None})
    return {"label": label, "url": url, "active": active, "amount": amount}


@register.filter
def items(value: Any) -> Any:
    """Pairs of a dictionary, or the pairs themselves."""
    return value.items() if hasattr(value, "items") else value


@register.filter
def bare(field: Any) -> SafeString:
    """A form field's control without its placeholder, where the label above already says it."""
    return field.as_widget(attrs={"placeholder": False})  # type: ignore[no-any-return]
