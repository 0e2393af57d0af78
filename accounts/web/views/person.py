"""The signed-in person's own settings."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.pages import PersonPage
from accounts.access.resolve import available_accounts
from accounts.services import profiles
from accounts.web.forms import PreferencesForm, ProfileForm
from listbackup.core.errors import InvalidInput


class ProfilePage(PersonPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        form = ProfileForm(initial={"name": user.name, "time_zone": user.time_zone})
        return render(request, "accounts/profile.html", {"form": form})

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        form = ProfileForm(request.POST)
        if form.is_valid():
            profiles.update_profile(user, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("accounts:profile")
        return render(request, "accounts/profile.html", {"form": form}, status=400)


class PreferencesPage(PersonPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        mails = [kind for kind, channels in profiles.notifications_of(user).items() if "email" in channels]
        initial = {"theme": user.theme, "default_account": str(user.default_account_id or ""), "mails": mails}
        form = PreferencesForm(initial=initial, accounts=available_accounts(user))
        return render(request, "accounts/preferences.html", {"form": form})

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        form = PreferencesForm(request.POST, accounts=available_accounts(user))
        if form.is_valid():
            data = form.cleaned_data
            try:
                profiles.update_settings(
                    user,
                    theme=data["theme"],
                    default_account=data["default_account"] or None,
                    notifications={kind: ["email"] if kind in data["mails"] else [] for kind in profiles.KINDS},
                )
            except InvalidInput as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, "Saved.")
                answer = redirect("accounts:preferences")
                answer.delete_cookie("theme")  # this page decides now, on every machine
                return answer
        return render(request, "accounts/preferences.html", {"form": form}, status=400)
