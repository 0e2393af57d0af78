"""Reads the forms of a page as a browser does, so that the check goes through the same doors as people."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """`fields` are what a browser would send untouched; `buttons` maps a button's text to its (name, value)."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._button: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(values.get("method", "get").lower(), values.get("action", ""))
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag == "input" and values.get("name"):
            kind = values.get("type", "text")
            if kind == "hidden" or (kind in ("checkbox", "radio") and "checked" in values):
                self._open.fields.append((values["name"], values.get("value", "on")))
        elif tag == "button":
            self._button = (values.get("name", ""), values.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._button is not None and data.strip():
            self._open.buttons[data.strip()] = self._button

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._button = None
        elif tag == "form":
            self._open = None


def forms_of(html: str) -> list[Form]:
    """All forms of the page, in order."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms
