"""How django-allauth talks to the rest: mail through the outbox, links from the configured address."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts.outbox.services import enqueue_mail
from accounts.services.registration import complete_registration


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Creates the organization in the same transaction as the person (page and API sign-up alike)."""
        from django.db import transaction

        with transaction.atomic():
            user = super().save_user(request, user, form, commit=commit)
            if commit:
                data = form.cleaned_data
                complete_registration(
                    user=user,
                    company=data.get("company", ""),
                    name=data.get("name", ""),
                    time_zone=data.get("time_zone") or "UTC",
                )
        return user

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Puts the mail into the outbox: a failing mail server never fails a request."""
        context = {"request": self.request, "email": email, **context}
        enqueue_mail(self.render_mail(template_prefix, email, context))

    def build_absolute_uri(self, request: HttpRequest | None, location: str) -> str:
        return f"{settings.PUBLIC_URL.rstrip('/')}{location}"
