"""The person's API tokens."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import UserAPIView, UserListView
from accounts.api.serializers.tokens import TokenCreatedSerializer, TokenCreateSerializer, TokenSerializer
from accounts.models import ApiToken
from accounts.selectors.tokens import tokens_of
from accounts.services import tokens
from listbackup.core.api.validated import validated

TAGS = ["users"]


class TokensView(UserListView):
    model = ApiToken
    serializer_class = TokenSerializer

    def rows(self) -> QuerySet[ApiToken]:
        return tokens_of(self.request.user)  # type: ignore[arg-type]

    @extend_schema(operation_id="users_my_tokens", tags=TAGS)
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="users_create_token",
        request=TokenCreateSerializer,
        responses={201: TokenCreatedSerializer},
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """A token for scripts. The answer is the only place where it is ever shown."""
        data = validated(TokenCreateSerializer, request)
        user: Any = request.user
        values = data
        token, secret = tokens.create_token(user, account_id=values.pop("account"), **values)
        return Response(TokenSerializer(token).data | {"token": secret}, status=201)


class TokenView(UserAPIView):
    @extend_schema(operation_id="users_revoke_token", responses={204: None}, tags=TAGS)
    def delete(self, request: Request, pk: UUID) -> Response:
        """Dead from the next call on."""
        user: Any = request.user
        tokens.revoke_token(user, pk)
        return Response(status=204)
