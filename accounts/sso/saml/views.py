"""Our addresses for SAML identity providers: metadata, and where their answers arrive."""

from typing import Any

import structlog
from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.helpers import complete_social_login, render_authentication_error
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.sessions import LoginSession
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from accounts.sso.adapter import provider_of
from accounts.sso.enums import ProviderKind
from accounts.sso.errors import ProviderNotFound
from accounts.sso.models import IdentityProvider
from accounts.sso.saml import config
from accounts.sso.saml.response import AnswerRefused, judge
from accounts.sso.selectors.providers import by_slug
from listbackup.core.errors import InvalidInput, TooLarge

log = structlog.get_logger(__name__)
MOST_BYTES = 256_000


def _found(slug: str) -> IdentityProvider:
    found = by_slug(slug)
    if found is None or found.kind != ProviderKind.SAML:
        raise ProviderNotFound("There is no such sign-in.", remedy="Start at the sign-in page.")
    return found


def _answer_session(request: HttpRequest) -> LoginSession:
    return LoginSession(request, "sso_answer_session", "sso-answer")


@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class AnswerView(View):
    """The identity provider's POST. It comes from another site, so without our session: it is kept for one redirect."""

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        _found(slug)
        answer = request.POST.get("SAMLResponse", "")
        if not answer:
            raise InvalidInput("There is no SAML answer in this request.", remedy="Start at the sign-in page.")
        if len(answer) > MOST_BYTES:
            raise TooLarge("The SAML answer is larger than 256 KB.", remedy="Ask your administrator.")
        response = HttpResponseRedirect(reverse("saml_finish", args=[slug]))
        kept = _answer_session(request)
        kept.store["answer"] = answer
        kept.store.set_expiry(300)
        kept.save(response)
        return response


@method_decorator(login_not_required, name="dispatch")
class FinishView(View):
    """Judges the kept answer with our own session at hand, and goes on as every social sign-in does."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        found = _found(slug)
        provider: Any = provider_of(found, request)
        kept = _answer_session(request)
        answer = kept.store.get("answer", "")
        kept.delete()
        try:
            if not answer:
                raise AnswerRefused("no answer was kept")
            judged = judge(slug, found.settings, answer)
            state = statekit.unstash_state(request, provider_id=slug, state_id=judged.request_id)
            if state is None:
                raise AnswerRefused("this browser did not ask, or asked too long ago")
        except AnswerRefused as error:
            log.warning("saml_answer_refused", provider=slug, reason=str(error)[:300])
            return render_authentication_error(request, provider, exception=error)  # type: ignore[no-any-return]
        login = provider.sociallogin_from_assertion(request, judged.assertion)
        login.state = state
        return complete_social_login(request, login)  # type: ignore[no-any-return]


@method_decorator(login_not_required, name="dispatch")
class MetadataView(View):
    """Also for a provider that is only being added: the other side wants our metadata first. They hold no secret."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return HttpResponse(config.metadata(slug), content_type="application/samlmetadata+xml")
