"""What the accounts app does on news of others: sign-ins and their means go into the activity log, too many are ended."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import signals as auth
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.enums import Via
from accounts.models import User
from accounts.services import sessions
from accounts.services.person_activity import note, note_failed_sign_in

FACTORS = {"totp": "authenticator app", "webauthn": "passkey", "recovery_codes": "recovery codes"}


def via(request: HttpRequest | None) -> Via:
    """By the address: mobile clients sign in through the API."""
    return Via.API if request is not None and request.path.startswith(("/api/", "/_allauth/app/")) else Via.SESSION


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    note(user, "person.signed_in", via=via(request))


@receiver(auth.user_logged_in)
def signed_in_to_admin(request: HttpRequest, user: User, **_: Any) -> None:
    """The staff's admin has a sign-in of its own, which allauth does not see."""
    if request.path.startswith("/admin/"):
        note(user, "person.signed_in", via=via(request), admin=True)


@receiver(auth.user_login_failed)
def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    tried = credentials.get("email") or credentials.get("username") or ""
    note_failed_sign_in(str(tried), via=via(request), factor="password")


@receiver(mfa.authentication_failed)
def second_factor_failed(request: HttpRequest, user: User, **_: Any) -> None:
    note_failed_sign_in(user.email, via=via(request), factor="second factor")


@receiver(auth.user_logged_out)
def signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        note(user, "person.signed_out", via=via(request))


@receiver(account.password_set)
@receiver(account.password_changed)
def password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    note(user, "person.password_changed", via=via(request))


@receiver(account.password_reset)
def password_reset(request: HttpRequest, user: User, **_: Any) -> None:
    note(user, "person.password_reset", via=via(request))


@receiver(account.email_changed)
def email_changed(request: HttpRequest, user: User, from_email_address: Any, to_email_address: Any, **_: Any) -> None:
    before = from_email_address.email if from_email_address else ""
    note(user, "person.email_changed", via=via(request), before=before, after=to_email_address.email)


@receiver(account.email_added)
def email_added(request: HttpRequest, user: User, email_address: Any, **_: Any) -> None:
    note(user, "person.email_added", via=via(request), address=email_address.email)


@receiver(account.email_removed)
def email_removed(request: HttpRequest, user: User, email_address: Any, **_: Any) -> None:
    note(user, "person.email_removed", via=via(request), address=email_address.email)


@receiver(mfa.authenticator_added)
def factor_added(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    note(user, "person.factor_added", via=via(request), factor=FACTORS.get(authenticator.type, authenticator.type))


@receiver(mfa.authenticator_removed)
def factor_removed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    note(user, "person.factor_removed", via=via(request), factor=FACTORS.get(authenticator.type, authenticator.type))


@receiver(mfa.authenticator_reset)
def factor_renewed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    note(user, "person.factor_renewed", via=via(request), factor=FACTORS.get(authenticator.type, authenticator.type))


@receiver(account.user_logged_in)
def end_sign_ins_beyond_the_plan(request: HttpRequest, user: User, **_: Any) -> None:
    UserSession.objects.create_from_request(request)  # allauth's own receiver may come later; it can be repeated
    ended = sessions.keep_to_limit(user, request.session.session_key or "")
    if ended and not hasattr(request.allauth, "headless"):  # type: ignore[attr-defined]
        messages.info(request, "You were signed in at many places, so the oldest sign-in was ended.")
