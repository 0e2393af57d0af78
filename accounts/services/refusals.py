"""Refused access, written down. Not where it is refused: that transaction is rolled back."""

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest

from accounts.access.context import AccountContext
from accounts.access.schema import entered
from accounts.activity.services import record
from accounts.errors import PermissionMissing, ScopeMissing

QUIET = 60  # seconds between two entries of the same person, permission and account
Refused = PermissionMissing | ScopeMissing


def note_refusal(context: AccountContext | None, error: Exception, request: HttpRequest | str) -> None:
    """One entry, unless the same was written lately: who is refused in a loop does not fill the log.

    `request` may be said in words: sockets have none. Other errors, and what was refused to nobody in particular, are left alone.
    """
    if context is None or context.user is None or not isinstance(error, Refused):
        return
    permission = error.permission
    if not cache.add(f"refused:{context.user.pk}:{context.account_id}:{permission}", 1, QUIET):
        return
    asked = request if isinstance(request, str) else f"{request.method} {request.path}"
    detail: dict[str, Any] = {"request": asked[:300], "why": error.message}
    if permission:
        detail["permission"] = permission
    with entered(context.organization):
        record(context, "access.refused", context.account, **detail)
