"""The form that a custom connector can be begun with: what it asks becomes the manifest's text."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from integrations.connector.manifest import dump_manifest
from integrations.connector.openapi.proposal import word_of

MOST_STREAMS = 30
_SIGN_IN = [
    ("bearer", "A token in the Authorization header"),
    ("api_key", "A key in a header or in the address"),
    ("basic", "A user name and password"),
    ("none", "Nothing"),
]
_PAGES = [
    ("none", "Everything comes at once"),
    ("number", "By page number"),
    ("offset", "By offset"),
    ("cursor", "By a cursor in the answer"),
    ("next_url", "By an address in the answer"),
    ("link_header", "By a Link header"),
]
_NEEDED = {"number": ("param",), "offset": ("param",), "cursor": ("param", "next"), "next_url": ("next",)}
_TAKEN = {
    "number": ("param", "size", "size_param"),
    "offset": ("param", "size", "size_param"),
    "cursor": ("param", "next", "size", "size_param"),
    "next_url": ("next", "size", "size_param"),
    "link_header": ("size", "size_param"),
    "none": (),
}


class ConnectorForm(forms.Form):
    """The API itself: its name, address and sign-in."""

    name = forms.CharField(max_length=80, help_text="What people call the service.")
    base_url = forms.CharField(
        label="Address of the API",
        max_length=500,
        validators=[RegexValidator(r"^https?://[^\s]+$", "It begins with https:// and has no spaces.")],
        help_text="What all its addresses begin with, such as https://api.example.com/v1",
    )
    sign_in = forms.ChoiceField(label="It is signed in to with", choices=_SIGN_IN)
    place = forms.ChoiceField(
        label="Where the key goes", choices=[("header", "Header"), ("query", "Address")], required=False
    )
    place_name = forms.CharField(
        label="Name of that header or parameter",
        max_length=80,
        required=False,
        help_text="Only for a key, such as X-Api-Key.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("sign_in") == "api_key" and not data.get("place_name"):
            self.add_error("place_name", "Say under which name the API expects the key.")
        if data.get("name") and len(word_of(data["name"])) < 2:
            self.add_error("name", "Use at least two letters of the alphabet from a to z.")
        return data

    def manifest(self) -> dict[str, Any]:
        """The parts above `streams`."""
        data = self.cleaned_data
        made = {
            "manifest": 1,
            "key": word_of(data["name"])[:40],
            "name": data["name"],
            "base_url": data["base_url"].rstrip("/"),
        }
        auth = self._auth(data)
        return {**made, "auth": [auth]} if auth else made

    @staticmethod
    def _auth(data: dict[str, Any]) -> dict[str, Any] | None:
        match data["sign_in"]:
            case "bearer":
                return {"kind": "bearer", "secret": "access_token", "label": "Access token"}
            case "api_key":
                place = {"in": data["place"] or "header", "name": data["place_name"]}
                return {"kind": "api_key", **place, "secret": "api_key", "label": "API key"}
            case "basic":
                return {"kind": "basic", "username": "username", "password": "password"}
        return None


class StreamForm(forms.Form):
    """One list of the API."""

    label = forms.CharField(label="What it lists", max_length=80, help_text="Such as Customers.")
    path = forms.CharField(
        label="Path",
        max_length=300,
        validators=[RegexValidator(r"^/[^\s]*$", "It begins with / and has no spaces.")],
        help_text="Behind the address of the API, such as /customers",
    )
    records = forms.CharField(
        label="Where the records are in the answer",
        max_length=200,
        required=False,
        help_text="Such as data or result.items. Empty: the answer is the list itself.",
    )
    key = forms.CharField(label="Field that identifies a record", max_length=200, initial="id")
    cursor = forms.CharField(
        label="Field that tells when a record changed", max_length=200, required=False, help_text="Such as updated_at."
    )
    pages = forms.ChoiceField(label="More than one page", choices=_PAGES)
    param = forms.CharField(
        label="Parameter that asks for a page",
        max_length=80,
        required=False,
        help_text="Such as page, offset or cursor.",
    )
    next = forms.CharField(
        label="Where the answer names the next page",
        max_length=200,
        required=False,
        help_text="For a cursor or an address, such as meta.next",
    )
    size = forms.IntegerField(label="Records on a page", min_value=1, max_value=10_000, required=False)
    size_param = forms.CharField(label="Parameter for that number", max_length=80, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in _NEEDED.get(data.get("pages", ""), ()):
            if not data.get(name):
                self.add_error(name, "Needed for this way of paging.")
        if data.get("label") and not word_of(data["label"]):
            self.add_error("label", "Use at least one letter from a to z.")
        return data

    def stream(self) -> dict[str, Any]:
        data = self.cleaned_data
        kind = data["pages"]
        given = {name: data[name] for name in _TAKEN[kind] if data[name]}
        stream: dict[str, Any] = {"label": data["label"], "request": {"path": data["path"]}}
        stream |= {name: data[name] for name in ("records", "key", "cursor") if data[name]}
        return stream if kind == "none" else {**stream, "page": {"kind": kind, **given}}


class Streams(forms.BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    deletion_widget = forms.CheckboxInput

    def add_fields(self, form: StreamForm, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = "Leave this list out"

    def clean(self) -> None:
        names = [word_of(form.cleaned_data["label"]) for form in self.kept()]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise forms.ValidationError("Two lists have the same name; give each its own.")

    def kept(self) -> list[StreamForm]:
        return [form for form in self.forms if form.cleaned_data.get("label") and not form.cleaned_data.get("DELETE")]


StreamForms: Any = forms.formset_factory(
    StreamForm,
    formset=Streams,
    extra=0,
    can_delete=True,
    min_num=1,
    validate_min=True,
    max_num=MOST_STREAMS,
    absolute_max=MOST_STREAMS,
    validate_max=True,
)


def written(connector: ConnectorForm, streams: Streams) -> str:
    """The manifest's text. Both forms are valid."""
    named = {word_of(form.cleaned_data["label"]): form.stream() for form in streams.kept()}
    return dump_manifest({**connector.manifest(), "streams": named})
