"""Forms of the team pages."""

from typing import Any

from django import forms

from accounts.web.forms import role_choices
from teams.enums import TeamRole


class TeamForm(forms.Form):
    name = forms.CharField(max_length=100)
    description = forms.CharField(required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class TeamInviteForm(forms.Form):
    email = forms.EmailField(label="E-mail")
    role = forms.ChoiceField(choices=TeamRole.choices, initial=TeamRole.MEMBER)


class TeamGrantForm(forms.Form):
    account_id = forms.ChoiceField(label="Account", choices=[])
    role = forms.ChoiceField(choices=[])

    def __init__(self, *args: Any, accounts: list[dict[str, Any]], most: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account_id"].choices = [  # type: ignore[attr-defined]
            (str(one["id"]), f"{'· ' * one['level']}{one['name']}") for one in accounts
        ]
        self.fields["role"].choices = role_choices(most)  # type: ignore[attr-defined]
