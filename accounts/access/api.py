"""Base of all API views about an organization's data. A view names its permission per method, nothing else."""

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import resolve, rules
from accounts.access.context import AccountContext
from accounts.access.idempotency import Idempotent, Replay
from accounts.enums import Via
from accounts.models import ApiToken
from accounts.services.refusals import note_refusal
from listbackup.core.db import connection
from listbackup.core.errors import NotSignedIn


class PublicAPIView(APIView):
    """For operations that anyone may call."""

    public = True


class UserAPIView(Idempotent, APIView):
    """For operations about the signed-in person, outside of any organization."""

    idempotent: ClassVar[bool] = False  # whether POST takes Idempotency-Key: not where the answer holds a secret

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.idempotent and request.method == "POST":
            self.claim(request, None)


class AccountContextMixin(Idempotent):
    """Resolves the account context after authentication, enters the schema and checks the named permission.

    `permissions` maps a lower-case method to a permission; a method without one answers 405.
    """

    permissions: ClassVar[dict[str, str]] = {}
    takes_tokens = True
    context: AccountContext

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if not request.user.is_authenticated:
            raise NotSignedIn("Sign in first.")
        method = (request.method or "").lower()
        if method == "options":
            return
        if method not in self.permissions:
            self.http_method_not_allowed(request)  # type: ignore[attr-defined]
        self.context = self.find_context(request)
        connection.set_tenant(self.context.organization)
        rules.require(self.context, self.permissions[method])
        if method == "post":
            self.claim(request, self.context.account)

    def find_context(self, request: Request) -> AccountContext:
        """The account that the header, the token or the session names. Raises AccountNotFound."""
        user: Any = request.user
        context = resolve.context_for(user, self._wanted(request), via=Via.API, ip=request.META.get("REMOTE_ADDR"))
        return self.confined(request, context)

    @staticmethod
    def confined(request: Request, context: AccountContext) -> AccountContext:
        """What an API token leaves of the context. Raises AccountNotFound outside of the token's account."""
        return resolve.within_token(context, request.auth) if isinstance(request.auth, ApiToken) else context

    def handle_exception(self, error: Exception) -> Response:
        if not isinstance(error, Replay):
            note_refusal(getattr(self, "context", None), error, self.request)  # type: ignore[attr-defined]
        return super().handle_exception(error)

    @staticmethod
    def _wanted(request: Request) -> object | None:
        header = request.headers.get(resolve.HEADER)
        if header:
            return header
        if isinstance(request.auth, ApiToken):
            return request.auth.account_id
        if isinstance(request.auth, dict) and request.auth.get("account"):
            return request.auth["account"]
        session = getattr(request, "session", None)
        return session.get(resolve.SESSION_KEY) if session is not None else None


class AccountAPIView(AccountContextMixin, APIView):
    """Base of API views about the current account's data."""


class RowsView(ListAPIView):  # type: ignore[type-arg]
    """Base of lists: cursor pages, `filterset_class`, `?fields=`. `rows()` gives what the caller may see."""

    model: type[Model]

    def rows(self) -> QuerySet[Any]:
        raise TypeError(f"{type(self).__name__} does not say what it lists")

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # the document is made without an organization
            return QuerySet(self.model).none()
        return self.rows()


class UserListView(UserAPIView, RowsView):
    """A list about the signed-in person."""


class AccountListView(AccountContextMixin, RowsView):
    """A list of the current account's data."""


def undocumented() -> list[type]:
    """Classes whose docstrings are for us and not for the API's readers (drf-spectacular's GET_LIB_DOC_EXCLUDES)."""
    from drf_spectacular.plumbing import get_lib_doc_excludes

    bases = [PublicAPIView, UserAPIView, AccountContextMixin, AccountAPIView, RowsView, UserListView, AccountListView]
    return [*get_lib_doc_excludes(), *bases]
