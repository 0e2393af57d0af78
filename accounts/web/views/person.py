"""The signed-in person's own settings."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.lists import page_of
from accounts.access.pages import PersonPage
from accounts.access.resolve import available_accounts
from accounts.selectors.tokens import tokens_of
from accounts.services import profiles, tokens
from accounts.web.forms import PreferencesForm, ProfileForm, TokenForm
from listbackup.core.errors import Conflict, InvalidInput


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


class TokensPage(PersonPage):
    """API tokens; POST makes one, which this answer alone shows."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, self._form(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        form = self._form(request, request.POST)
        if form.is_valid():
            data = form.cleaned_data
            try:
                _, secret = tokens.create_token(
                    user,
                    account_id=data["account"],
                    name=data["name"],
                    scopes=data["scopes"],
                    days=int(data["days"]) if data["days"] else None,
                )
            except (Conflict, InvalidInput) as error:
                form.add_error(None, f"{error.message} {error.remedy}")
            else:
                answer = self._page(request, self._form(request), secret=secret)
                answer["Cache-Control"] = "no-store"
                return answer
        return self._page(request, form, status=400)

    @staticmethod
    def _form(request: HttpRequest, data: Any = None) -> TokenForm:
        return TokenForm(data, accounts=available_accounts(request.user))  # type: ignore[arg-type]

    @staticmethod
    def _page(request: HttpRequest, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
        values = {"form": form, "secret": secret, "page": page_of(request, tokens_of(request.user))}  # type: ignore[arg-type]
        return render(request, "accounts/tokens.html", values, status=status)


class TokenRevokePage(PersonPage):
    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        tokens.revoke_token(request.user, pk)  # type: ignore[arg-type]
        messages.success(request, "Revoked. Calls with it are refused from now on.")
        return redirect("accounts:tokens")
