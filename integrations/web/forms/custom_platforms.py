"""Forms of the pages of custom connectors."""

from typing import Any

from django import forms

from integrations.selectors.platforms import AuthOption, FormField
from integrations.services.manifests import MOST_TEXT
from integrations.web.forms.connections import CredentialsForm

MOST_DOCUMENT = 2_000_000


class ManifestForm(forms.Form):
    """The manifest as it is typed; `based_on` is the version that the person began with."""

    manifest = forms.CharField(
        label="Manifest (YAML)",
        strip=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "autocomplete": "off", "wrap": "off"}),
    )
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def clean_manifest(self) -> str:
        # Browsers send CRLF; the text is kept as it was written.
        return str(self.cleaned_data["manifest"]).replace("\r\n", "\n")


class TryForm(CredentialsForm):
    """What a live check needs: secrets and variables of the manifest. They are used once and not kept."""

    def __init__(self, *args: Any, option: AuthOption, config: tuple[FormField, ...], **kwargs: Any) -> None:
        super().__init__(*args, option=option, config=config, **kwargs)
        del self.fields["name"]


class OpenApiForm(forms.Form):
    """An OpenAPI document, pasted or uploaded."""

    document = forms.CharField(
        label="Document (JSON or YAML)",
        required=False,
        strip=False,
        max_length=MOST_DOCUMENT,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(label="Or a file", required=False, help_text="At most 2 MB.", allow_empty_file=True)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is not None and file.size > MOST_DOCUMENT:
            raise forms.ValidationError("The file is larger than 2 MB.")
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        file = data.get("file")
        if file is not None:
            try:
                self.text = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError({"file": "The file is not UTF-8 text."}) from None
        else:
            self.text = data.get("document") or ""
        if not self.text.strip() and not self.errors:
            raise forms.ValidationError("Paste a document, or choose a file.")
        return data
