"""How django-allauth talks to the rest: mail through the outbox, links from the configured address."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.errors import InvitationGone
from accounts.models import Invitation
from accounts.outbox.services import enqueue_mail
from accounts.services import invitations, profiles
from accounts.services.invitations import INVITED
from accounts.services.person_activity import note
from accounts.services.registration import complete_registration
from accounts.sso.errors import SsoRequired
from accounts.sso.selectors import requirement


def invitation_of(request: HttpRequest) -> tuple[str, Invitation] | None:
    """(secret, row) of the invitation by whose link this browser came, as long as that is open."""
    secret = request.session.get(INVITED)
    try:
        return (secret, invitations.find(secret)) if secret else None
    except InvitationGone:
        request.session.pop(INVITED, None)
        return None


class AccountAdapter(DefaultAccountAdapter):
    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Every password comes by here, of pages and API alike. Raises SsoRequired before anything is looked up."""
        super().pre_authenticate(request, **credentials)
        try:
            requirement.refuse_password(credentials.get("email") or "")
        except SsoRequired:
            self._rollback_login_failed_rl_usage()  # not a guess
            raise

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """Every sign-in comes by here: passkeys, codes, confirmed addresses, other companies. Raises SsoRequired."""
        answer = super().pre_login(request, user, **kwargs)
        if answer is None:
            login = (kwargs.get("signal_kwargs") or {}).get("sociallogin")
            requirement.refuse_entry(user, through=login.account.provider if login is not None else "")
        return answer

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Those who must use single sign-on get the way to it instead of a link that would be of no use."""
        try:
            requirement.refuse_entry(user)
        except SsoRequired as error:
            self.send_mail("account/email/sso_required", email, {**context, "start_url": error.start_url})
        else:
            super().send_password_reset_mail(user, email, context)

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Creates the organization in the same transaction as the person (page and API sign-up alike)."""
        from django.db import transaction

        requirement.refuse_password(form.cleaned_data.get("email") or "")
        with transaction.atomic():
            user = super().save_user(request, user, form, commit=commit)
            if commit:
                data = form.cleaned_data
                found = invitation_of(request)
                if found is not None and found[1].email == user.email.lower():
                    # Somebody who was invited joins an organization: they need none of their own.
                    profiles.update_profile(user, name=data.get("name", ""), time_zone=data.get("time_zone") or "UTC")
                    return user
                complete_registration(
                    user=user,
                    company=data.get("company", ""),
                    name=data.get("name", ""),
                    time_zone=data.get("time_zone") or "UTC",
                )
        return user

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Back to the invitation that somebody signed up or in for."""
        found = invitation_of(request)
        if found is None:
            return str(super().get_login_redirect_url(request))
        return reverse("accounts:invitation", args=[found[0]])

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Puts the mail into the outbox: a failing mail server never fails a request."""
        context = {"request": self.request, "email": email, **context}
        enqueue_mail(self.render_mail(template_prefix, email, context))

    def build_absolute_uri(self, request: HttpRequest | None, location: str) -> str:
        return f"{settings.PUBLIC_URL.rstrip('/')}{location}"


class SessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions: Any) -> None:
        """Signs the person out there, and writes it down."""
        ended = list(sessions)
        super().end_sessions(ended)
        if ended:
            note(ended[0].user, "person.sessions_ended", sessions=len(ended))
