"""What the accounts app does on news of others."""

from typing import Any

from allauth.account.signals import user_logged_in
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from accounts.services import sessions


@receiver(user_logged_in)
def end_sign_ins_beyond_the_plan(request: HttpRequest, user: User, **_: Any) -> None:
    UserSession.objects.create_from_request(request)  # allauth's own receiver may come later; it can be repeated
    ended = sessions.keep_to_limit(user, request.session.session_key or "")
    if ended and not hasattr(request.allauth, "headless"):  # type: ignore[attr-defined]
        messages.info(request, "You were signed in at many places, so the oldest sign-in was ended.")
