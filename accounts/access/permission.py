"""DRF's default permission: nothing is open by accident."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.errors import ScopeMissing
from accounts.models import ApiToken


class ContextPermission(BasePermission):
    """A view either says `public = True` or has a signed-in caller. Roles are checked by the account context."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if getattr(view, "public", False):
            return True
        if isinstance(request.auth, ApiToken) and not getattr(view, "takes_tokens", False):
            # A token is for an organization's data; the person, their sessions and other tokens are none of its business.
            raise ScopeMissing([])
        return bool(request.user and request.user.is_authenticated)
