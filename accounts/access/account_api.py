"""Base of API views whose address names the account: the context is that account's, whatever the header says."""

from typing import Any

from rest_framework.request import Request

from accounts.access import resolve
from accounts.access.api import AccountAPIView
from accounts.access.context import AccountContext
from accounts.enums import Via


class NamedAccountView(AccountAPIView):
    """`closed_too`: suspended accounts and those that are being deleted can be addressed as well."""

    closed_too = False

    def find_context(self, request: Request) -> AccountContext:
        user: Any = request.user
        find = resolve.closed_context if self.closed_too else resolve.context_for
        context = find(user, self.kwargs["pk"], via=Via.API, ip=request.META.get("REMOTE_ADDR"))
        return self.confined(request, context)
