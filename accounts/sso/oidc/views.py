"""The end of a sign-in by OpenID Connect."""

from typing import Any

from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.sso.oidc.provider import OidcAdapter


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    view: Any = OAuth2CallbackView.adapter_view(OidcAdapter(request, provider_id))
    try:
        return view(request)  # type: ignore[no-any-return]
    except SocialApp.DoesNotExist:
        raise Http404 from None
