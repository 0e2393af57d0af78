"""Forms of the accounts pages."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import HttpRequest


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
