"""Icons are SVG files in `templates/components/icons/`, put into the page so that they take its colour."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_START = "<svg "


@cache
def _source(name: str) -> str:
    path = Path(settings.BASE_DIR) / "templates" / "components" / "icons" / f"{name}.svg"
    if not name.replace("_", "").replace("-", "").isalnum() or not path.is_file():
        raise LookupError(f"There is no icon {name!r}; the icons are the files of templates/components/icons.")
    return path.read_text().strip()


def icon_svg(name: str, css: str = "", label: str = "") -> SafeString:
    """The icon's `<svg>`. Hidden from screen readers unless `label` says what it means. LookupError: no such icon."""
    classes = f"icon {css}".strip()
    if label:
        start = format_html('<svg class="{}" role="img" aria-label="{}" ', classes, label)
    else:
        start = format_html('<svg class="{}" aria-hidden="true" ', classes)
    return mark_safe(start + _source(name).removeprefix(_START))  # noqa: S308 - the files are our own
