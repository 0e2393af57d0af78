"""Forms of the portal."""

from typing import Any

from django import forms

from accounts.web.forms import zone_choices
from backups.enums import ExportFormat
from clients.enums import RequestKind, StaffAccess


class SignInForm(forms.Form):
    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        max_length=1024, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code of your authenticator app",
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class AddressForm(forms.Form):
    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))


class NewPasswordForm(forms.Form):
    name = forms.CharField(label="Your name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label="New password",
        max_length=1024,
        strip=False,
        help_text="At least 10 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ChangePasswordForm(forms.Form):
    current = forms.CharField(
        label="Present password",
        max_length=1024,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = NewPasswordForm.base_fields["password"]

    def __init__(self, *args: Any, has_one: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["current"].required = has_one


class ProfileForm(forms.Form):
    name = forms.CharField(label="Your name", max_length=150)
    time_zone = forms.ChoiceField(required=False, help_text="Times are shown in it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [("", "As the agency’s"), *zone_choices()]  # type: ignore[attr-defined]


class RequestForm(forms.Form):
    """`kinds`: those that the guest may ask for; `one_record`: a single record has no choice of formats."""

    kind = forms.ChoiceField(label="What should happen", widget=forms.RadioSelect)
    format = forms.ChoiceField(
        label="File format", choices=ExportFormat.choices, initial=ExportFormat.XLSX, help_text="Of a download."
    )
    message = forms.CharField(
        label="What happened", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whoever decides reads it.",
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: list[str], one_record: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if one_record:  # it comes as the platform sent it
            del self.fields["format"]
        words = {RequestKind.DOWNLOAD: "I want the file", RequestKind.RESTORE: "Put it back where it was"}
        self.fields["kind"].choices = [(kind, words[RequestKind(kind)]) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["kind"].initial = kinds[0]


class StaffAccessForm(forms.Form):
    staff_access = forms.ChoiceField(
        label="What the agency’s people may open", choices=StaffAccess.choices, widget=forms.RadioSelect
    )
