"""The signed-in person."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import UserAPIView, UserListView
from accounts.api.serializers.users import (
    MembershipSerializer,
    MeSerializer,
    ProfileUpdateSerializer,
    SettingsSerializer,
    SettingsUpdateSerializer,
)
from accounts.models import Membership
from accounts.selectors.accounts import memberships_of
from accounts.services import profiles
from listbackup.core.api.validated import validated

TAGS = ["users"]


class MeView(UserAPIView):
    @extend_schema(operation_id="users_me", responses=MeSerializer, tags=TAGS)
    def get(self, request: Request) -> Response:
        user: Any = request.user
        return Response(MeSerializer(user).data)

    @extend_schema(operation_id="users_update_me", request=ProfileUpdateSerializer, responses=MeSerializer, tags=TAGS)
    def patch(self, request: Request) -> Response:
        """Name, time zone, language. The address is changed through its own confirmation."""
        data = validated(ProfileUpdateSerializer, request)
        user: Any = request.user
        return Response(MeSerializer(profiles.update_profile(user, **data)).data)


class MySettingsView(UserAPIView):
    @extend_schema(operation_id="users_my_settings", responses=SettingsSerializer, tags=TAGS)
    def get(self, request: Request) -> Response:
        user: Any = request.user
        return Response(SettingsSerializer(user).data)

    @extend_schema(
        operation_id="users_update_my_settings",
        request=SettingsUpdateSerializer,
        responses=SettingsSerializer,
        tags=TAGS,
    )
    def patch(self, request: Request) -> Response:
        """Theme, notifications by kind and channel, the account to start in."""
        data = validated(SettingsUpdateSerializer, request)
        user: Any = request.user
        return Response(SettingsSerializer(profiles.update_settings(user, **data)).data)


class MyAccountsView(UserListView):
    model = Membership
    serializer_class = MembershipSerializer

    def rows(self) -> QuerySet[Membership]:
        return memberships_of(self.request.user)  # type: ignore[arg-type]

    @extend_schema(operation_id="users_my_accounts", tags=TAGS)
    def get(self, request: Request) -> Response:
        """Memberships with role, status and last access; those that a team gives name the team."""
        return self.list(request)
