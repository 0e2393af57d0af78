"""Forms of the pages of custom connectors."""

from typing import Any

from django import forms

from integrations.selectors.platforms import AuthOption, FormField
from integrations.web.forms.connections import CredentialsForm

MOST_TEXT = 200_000


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
