"""DRF's default permission: nothing is open by accident."""

import contextlib
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.access import resolve
from accounts.enums import Via
from accounts.errors import AccountNotFound, ScopeMissing
from accounts.models import ApiToken
from accounts.services.refusals import note_refusal


class ContextPermission(BasePermission):
    """A view either says `public = True` or has a signed-in caller. Roles are checked by the account context."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if getattr(view, "public", False):
            return True
        if isinstance(request.auth, ApiToken) and not getattr(view, "takes_tokens", False):
            # A token is for an organization's data; the person, their sessions and other tokens are none of its business.
            refused = ScopeMissing([])
            with contextlib.suppress(AccountNotFound):  # the person has left that account: nobody's activity
                note_refusal(
                    resolve.context_for(request.auth.user, request.auth.account_id, via=Via.TOKEN), refused, request
                )
            raise refused
        return bool(request.user and request.user.is_authenticated)
