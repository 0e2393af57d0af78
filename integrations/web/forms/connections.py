"""Forms of the connection pages; the fields of a platform's credentials come from its manifest."""

from typing import Any

from django import forms
from django.utils.html import escape

from integrations.selectors.platforms import AuthOption, FormField
from listbackup.core.web.forms import take_errors

SECRET, CONFIG = "secret_", "config_"


class CredentialsForm(forms.Form):
    """One field for each secret of the chosen way to sign in, and for each variable of the platform."""

    name = forms.CharField(
        label="Name",
        max_length=150,
        required=False,
        help_text="How you recognise it. Empty: the platform's name and the account there.",
    )

    def __init__(self, *args: Any, option: AuthOption, config: tuple[FormField, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for spec in config:
            self.fields[CONFIG + spec.name] = _field(spec)
        for spec in option.fields:
            self.fields[SECRET + spec.name] = _field(spec)

    def secrets(self) -> dict[str, str]:
        return self._with_prefix(SECRET)

    def config(self) -> dict[str, str]:
        return self._with_prefix(CONFIG)

    def _with_prefix(self, prefix: str) -> dict[str, str]:
        values = self.cleaned_data.items()
        return {name.removeprefix(prefix): value for name, value in values if name.startswith(prefix) and value}

    def take_errors(self, fields: dict[str, Any]) -> None:
        """Puts a service's errors by field beside the fields, or on top when there is no such field."""

        def name_of(field: str) -> str:
            return next((name for name in (SECRET + field, CONFIG + field) if name in self.fields), field)

        take_errors(self, fields, name_of)


class ReplaceKeyForm(CredentialsForm):
    """Only the secrets: an empty form never shows what is stored."""

    def __init__(self, *args: Any, option: AuthOption, **kwargs: Any) -> None:
        super().__init__(*args, option=option, config=(), **kwargs)
        del self.fields["name"]


class RenameForm(forms.Form):
    name = forms.CharField(label="Name", max_length=150)


class DeleteForm(forms.Form):
    """Typing the name is the proof that it is the right one."""

    confirmation = forms.CharField(label="Name of the connection", max_length=200)

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = name

    def clean_confirmation(self) -> str:
        given: str = self.cleaned_data["confirmation"]
        if given.strip() != self._name.strip():
            raise forms.ValidationError("This is not the connection's name. Type it exactly as shown.")
        return given


def _field(spec: FormField) -> forms.CharField:
    # A custom platform's help is somebody's text, and the field component prints help texts as HTML.
    # A stored or refused secret is never written back into the page (render_value is off).
    widget = forms.PasswordInput(attrs={"autocomplete": "off"}) if spec.secret else forms.TextInput()
    return forms.CharField(
        label=spec.label, help_text=escape(spec.help), required=spec.required, max_length=20_000, widget=widget,
        initial=None if spec.secret else spec.default,
    )  # fmt: skip


class SigningSecretForm(forms.Form):
    """What the platform signs webhooks with; empty takes them for their secret address alone."""

    signing_secret = forms.CharField(
        label="Signing secret", max_length=500, required=False, widget=forms.PasswordInput(render_value=False)
    )


class QuotaForm(forms.Form):
    quota_share = forms.IntegerField(label="Percent of the daily quota", min_value=1, max_value=100)
