"""Base of all dashboard pages. A page names its permission, nothing else."""

from typing import Any, ClassVar

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views import View

from accounts.access import rules
from accounts.access.context import AccountContext
from accounts.services.refusals import note_refusal
from listbackup.core.errors import Forbidden


class AccountPage(View):
    """Needs a signed-in person with an account; `permissions` maps a method to a permission (HEAD follows GET)."""

    permissions: ClassVar[dict[str, str]] = {}
    context: AccountContext

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        context = self.permitted(request)
        if context is None:
            return redirect("accounts:no-account")
        self.context = context
        try:
            return self._answer(request, context, *args, **kwargs)
        except Forbidden as error:
            note_refusal(context, error, request)
            raise

    def _answer(self, request: HttpRequest, context: AccountContext, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = (request.method or "").lower()
        permission = self.permissions.get("get" if method == "head" else method)
        if permission is None and method != "options":
            return self.http_method_not_allowed(request)
        if permission is not None:
            rules.require(context, permission)
        return super().dispatch(request, *args, **kwargs)

    def permitted(self, request: HttpRequest) -> AccountContext | None:
        """The context whose role decides, and in which the page works: that of the session's account."""
        return getattr(request, "context", None)


class PersonPage(View):
    """Needs a signed-in person, with or without an account."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return super().dispatch(request, *args, **kwargs)
