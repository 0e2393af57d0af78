"""Where single sign-on begins: by the e-mail address, by an organization's link, or with Google or Microsoft."""

from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views import View

from accounts.sso.adapter import provider_of
from accounts.sso.enums import ProviderKind
from accounts.sso.selectors.providers import enabled_by_slug, providers_for
from accounts.sso.web.forms import FindForm
from accounts.sso.web.handoff import hand_off

FOR_EVERYBODY = ("google", "microsoft")
HINT = "sso_email"  # in the session: the address that was typed, for the identity provider's form


def _start_path(slug: str, next_url: str | None) -> str:
    path = reverse("sso:start", args=[slug])
    return f"{path}?{urlencode({'next': next_url})}" if next_url else path


class FindPage(View):
    """Asks for the address alone, and leads to the provider of its domain."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, FindForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = FindForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=400)
        next_url = get_next_redirect_url(request)
        ways = [(one.name, _start_path(one.slug, next_url)) for one in providers_for(form.cleaned_data["email"])]
        if not ways:
            form.add_error("email", "There is no single sign-on for this address. Sign in with your password.")
            return self._page(request, form, status=400)
        request.session[HINT] = form.cleaned_data["email"]
        return redirect(ways[0][1]) if len(ways) == 1 else self._page(request, form, ways=ways)

    @staticmethod
    def _page(request: HttpRequest, form: FindForm, *, ways: Any = (), status: int = 200) -> HttpResponse:
        values = {"form": form, "ways": ways, "next_url": get_next_redirect_url(request)}
        return render(request, "accounts/sso_find.html", values, status=status)


class StartPage(View):
    """One organization's sign-in; POST leaves for it."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        values = {"provider": enabled_by_slug(slug), "next_url": get_next_redirect_url(request)}
        return render(request, "accounts/sso_start.html", values)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        found = enabled_by_slug(slug)
        hint = request.session.get(HINT)
        wishes = {"auth_params": {"login_hint": hint}} if hint and found.kind == ProviderKind.OIDC else {}
        answer = provider_of(found, request).redirect(
            request, AuthProcess.LOGIN, next_url=get_next_redirect_url(request), **wishes
        )
        return hand_off(request, answer)


class SocialPage(View):
    """Leaves for Google or Microsoft, to sign in or up, or (`process=connect`) to link it to the signed-in person."""

    def post(self, request: HttpRequest, provider: str) -> HttpResponseBase:
        if provider not in FOR_EVERYBODY:
            raise Http404
        connects = request.POST.get("process") == AuthProcess.CONNECT
        if connects and not request.user.is_authenticated:
            return redirect_to_login(reverse("socialaccount_connections"))
        found = get_adapter(request).get_provider(request, provider)
        process = AuthProcess.CONNECT if connects else AuthProcess.LOGIN
        return hand_off(request, found.redirect(request, process, next_url=get_next_redirect_url(request)))
