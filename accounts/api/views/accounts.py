"""Accounts: the tree, its nodes, the current one."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.account_api import NamedAccountView
from accounts.access.api import AccountAPIView, UserListView
from accounts.access.resolve import context_for
from accounts.access.schema import entered
from accounts.api.filters import AccountFilter
from accounts.api.serializers.accounts import (
    AccountCreateSerializer,
    AccountDeleteSerializer,
    AccountDetailSerializer,
    AccountRowSerializer,
    AccountUpdateSerializer,
    HierarchySerializer,
    SwitchedSerializer,
    account_detail,
)
from accounts.enums import Via
from accounts.models import Account
from accounts.selectors.accounts import accounts_visible_to, hierarchy
from accounts.services import closing, context_switch
from accounts.services import hierarchy as tree
from listbackup.core.api.validated import validated

TAGS = ["accounts"]


class AccountsView(UserListView):
    model = Account
    serializer_class = AccountRowSerializer
    filterset_class = AccountFilter
    idempotent = True

    def rows(self) -> QuerySet[Account]:
        return accounts_visible_to(self.request.user)  # type: ignore[arg-type]

    @extend_schema(operation_id="accounts_list", tags=TAGS)
    def get(self, request: Request) -> Response:
        """All accounts that the caller may enter."""
        return self.list(request)

    @extend_schema(
        operation_id="accounts_create",
        request=AccountCreateSerializer,
        responses={201: AccountDetailSerializer},
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """A new organization with its first account; the caller is its owner."""
        data = validated(AccountCreateSerializer, request)
        user: Any = request.user
        ip = request.META.get("REMOTE_ADDR")
        account = tree.create_own_organization(user=user, ip=ip, **data)
        context = context_for(user, account.pk, via=Via.API, ip=ip)
        with entered(context.organization):
            return Response(account_detail(context), status=201)


class AccountView(NamedAccountView):
    permissions = {"get": "account.view", "patch": "account.update", "delete": "account.delete"}
    closed_too = True

    @extend_schema(operation_id="accounts_get", responses=AccountDetailSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        """One account with usage, limits and settings."""
        return Response(account_detail(self.context))

    @extend_schema(
        operation_id="accounts_update", request=AccountUpdateSerializer, responses=AccountDetailSerializer, tags=TAGS
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Changes fields and settings, moves, suspends, reactivates."""
        data = validated(AccountUpdateSerializer, request)
        return Response(account_detail(self.context, tree.change_account(self.context, **data)))

    @extend_schema(operation_id="accounts_delete", responses={202: AccountDeleteSerializer}, tags=TAGS)
    def delete(self, request: Request, pk: UUID) -> Response:
        """Closes the account at once and erases it after 30 days, until when it can be cancelled."""
        account = closing.schedule_erasure(self.context)
        return Response(AccountDeleteSerializer(account).data, status=202)


class AccountCancelDeletionView(NamedAccountView):
    permissions = {"post": "account.delete"}
    closed_too = True

    @extend_schema(operation_id="accounts_cancel_deletion", request=None, responses=AccountDetailSerializer, tags=TAGS)
    def post(self, request: Request, pk: UUID) -> Response:
        """Keeps an account that was going to be deleted."""
        return Response(account_detail(self.context, closing.cancel_erasure(self.context)))


class SubAccountsView(NamedAccountView):
    permissions = {"post": "account.create_sub_account"}

    @extend_schema(
        operation_id="accounts_create_sub_account",
        request=AccountCreateSerializer,
        responses={201: AccountDetailSerializer},
        tags=TAGS,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """An account below this one."""
        data = validated(AccountCreateSerializer, request)
        account = tree.create_sub_account(self.context, **data)
        return Response(account_detail(self.context, account), status=201)


class HierarchyView(NamedAccountView):
    permissions = {"get": "account.view"}

    @extend_schema(operation_id="accounts_hierarchy", responses=HierarchySerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        """The tree from this account down, parents first, as a flat list with counts; at most 20,000 nodes."""
        nodes = hierarchy(self.context)
        return Response({"count": len(nodes), "results": nodes})


class SwitchContextView(NamedAccountView):
    permissions = {"post": "account.view"}

    @extend_schema(operation_id="accounts_switch_context", request=None, responses=SwitchedSerializer, tags=TAGS)
    def post(self, request: Request, pk: UUID) -> Response:
        """Makes it the current account: a bearer gets a new access token that carries it, a browser's session keeps it."""
        token, seconds = context_switch.switch(self.context, request._request, request.auth)
        return Response(
            {
                "accessToken": token,
                "expiresIn": seconds,
                "account": AccountRowSerializer(self.context.account).data,
                "role": str(self.context.role),
            }
        )


class CurrentAccountView(AccountAPIView):
    permissions = {"get": "account.view", "patch": "account.update"}

    @extend_schema(operation_id="account_get", responses=AccountDetailSerializer, tags=TAGS)
    def get(self, request: Request) -> Response:
        """The account of the current context."""
        return Response(account_detail(self.context))

    @extend_schema(
        operation_id="account_update", request=AccountUpdateSerializer, responses=AccountDetailSerializer, tags=TAGS
    )
    def patch(self, request: Request) -> Response:
        data = validated(AccountUpdateSerializer, request)
        return Response(account_detail(self.context, tree.change_account(self.context, **data)))
