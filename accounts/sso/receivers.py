"""What single sign-on does on news of others."""

from typing import Any

from allauth.account.signals import user_logged_in
from django.dispatch import receiver

from accounts.access.context import AccountContext
from accounts.models import User
from accounts.signals import account_erasing
from accounts.sso.services import providers, sign_in


@receiver(user_logged_in)
def _on_signed_in(request: Any, user: User, sociallogin: Any = None, **_: Any) -> None:
    """Once every step is done, the second factor too."""
    if sociallogin is not None:
        sign_in.note_sign_in(sociallogin.account.provider, user, request.META.get("REMOTE_ADDR"))


@receiver(account_erasing)
def _on_erasing(context: AccountContext, account: Any, **_: Any) -> None:
    providers.forget_account(account)
