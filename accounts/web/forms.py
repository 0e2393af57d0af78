"""Forms of the accounts pages."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import HttpRequest

from accounts.enums import Role, Scope, Theme
from accounts.models import Account
from accounts.services.account_settings import Effective
from accounts.services.hierarchy import COMPANY_FIELDS
from accounts.services.profiles import KINDS


class AccountForm(forms.Form):
    """A new account below the current one."""

    name = forms.CharField(max_length=150)


class AccountSettingsForm(forms.Form):
    """Name, company and settings of one account; an empty setting is inherited."""

    name = forms.CharField(max_length=150)
    time_zone = forms.ChoiceField(label="Time zone", choices=[])

    def __init__(self, *args: Any, account: Account, effective: list[Effective], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"name": account.name, "time_zone": account.time_zone, **account.company})
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]
        for name in COMPANY_FIELDS:
            self.fields[name] = forms.CharField(
                label=name.replace("_", " ").capitalize().replace("Tax id", "Tax number"),
                max_length=300,
                required=False,
            )
        self.effective = effective
        self._settings = {one.setting.name: one.setting for one in effective}
        for one in effective:
            own = one.origin is not None and one.origin.pk == account.pk
            inherit = "Like the account above" if account.parent_id else f"The usual: {one.setting.choices[0][1]}"
            choices = [("", inherit), *((str(value), label) for value, label in one.setting.choices)]
            self.fields[one.setting.name] = forms.ChoiceField(
                label=one.setting.label,
                help_text=one.setting.help,
                required=False,
                choices=choices,
                initial=str(one.value) if own else "",
            )

    def changes(self) -> dict[str, Any]:
        """What `update_account` takes."""
        data = self.cleaned_data
        given = {name: data[name] for name in self._settings}
        return {
            "name": data["name"],
            "time_zone": data["time_zone"],
            "company": {name: data[name] for name in COMPANY_FIELDS},
            "settings": {name: self._value(name, text) for name, text in given.items()},
        }

    def _value(self, name: str, text: str) -> Any:
        return next((value for value, _ in self._settings[name].choices if str(value) == text), None)


class InviteForm(forms.Form):
    email = forms.EmailField(label="E-mail")
    role = forms.ChoiceField(choices=[])
    message = forms.CharField(required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, most: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(most)  # type: ignore[attr-defined]
        self.fields["role"].initial = Role.MEMBER


class PictureForm(forms.Form):
    file = forms.FileField(allow_empty_file=True)


class ProfileForm(forms.Form):
    name = forms.CharField(max_length=150, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    time_zone = forms.ChoiceField(label="Time zone", choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]


class PreferencesForm(forms.Form):
    theme = forms.ChoiceField(choices=Theme.choices)
    default_account = forms.ChoiceField(label="Start in", choices=[], required=False)
    mails = forms.MultipleChoiceField(
        label="Mail me when",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(kind.name, kind.label) for kind in KINDS.values()],
    )

    def __init__(self, *args: Any, accounts: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "The account I was in last"), *((str(one["id"]), one["name"]) for one in accounts)]
        self.fields["default_account"].choices = choices  # type: ignore[attr-defined]


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100, help_text="What it is for.")
    account = forms.ChoiceField(choices=[], help_text="It works there and below.")
    scopes = forms.MultipleChoiceField(label="It may", choices=Scope.choices, widget=forms.CheckboxSelectMultiple)
    days = forms.ChoiceField(
        label="It lives",
        required=False,
        initial="90",
        choices=[("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("", "Until it is revoked")],
    )

    def __init__(self, *args: Any, accounts: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = [(str(one["id"]), one["name"]) for one in accounts]  # type: ignore[attr-defined]


def role_choices(most: Role) -> list[tuple[str, str]]:
    """The roles that somebody with the role `most` may give."""
    return [(role.value, str(role.label)) for role in Role if role.rank <= most.rank]


def zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


class SignupDetailsForm(forms.Form):
    """What sign-up asks besides e-mail and password; allauth puts its own fields on top."""

    name = forms.CharField(label="Your name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    company = forms.CharField(
        label="Company",
        max_length=150,
        required=False,
        help_text="Your organization's name. You can change it later.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-time-zone": ""}))

    def clean_time_zone(self) -> str:
        """The browser's zone when we know it, else UTC: never a reason to refuse a sign-up."""
        zone = self.cleaned_data.get("time_zone") or ""
        return zone if zone in available_timezones() else "UTC"

    def signup(self, request: HttpRequest, user: Any) -> None:
        """allauth's hook. The adapter has already stored everything with the user."""
