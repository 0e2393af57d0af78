"""Becoming a user, leaving, and what the caller is."""

import datetime as dt
from typing import Any

from allauth.headless.account.views import SignupView as HeadlessSignup
from django.contrib.auth import logout
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import resolve
from accounts.access.api import PublicAPIView, UserAPIView
from accounts.api.headless import ask
from accounts.api.serializers.users import (
    AvailableAccountSerializer,
    RegisterRequestSerializer,
    RegisterSerializer,
    StatusSerializer,
)
from accounts.services import sessions
from listbackup.core.api.validated import validated
from listbackup.core.errors import InvalidInput, TooMany

TAGS = ["auth"]
headless_signup = HeadlessSignup.as_api_view(client="app")


class RegisterView(PublicAPIView):
    authentication_classes: list[Any] = []

    @extend_schema(
        operation_id="auth_register",
        request=RegisterRequestSerializer,
        responses={201: RegisterSerializer},
        auth=[],
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """A person, an organization and its first account on a trial plan; the mail that is sent finishes it.

        The answer is the same for an address that has an account already: its owner gets a mail instead.
        """
        data = validated(RegisterRequestSerializer, request)
        answer = ask(headless_signup, request._request, data)
        if answer.is_limited:
            raise TooMany("Too many sign-ups from here.", remedy="Wait some minutes and try again.", retry_after=300)
        if answer.status == 400:
            fields: dict[str, list[str]] = {}
            for error in answer.body.get("errors", []):
                fields.setdefault(error.get("param", "email"), []).append(error.get("message", ""))
            raise InvalidInput("The sign-up is not complete.", fields=fields)
        told = {"email": data["email"].lower(), "name": data.get("name", "")}
        return Response({"user": told, "accounts": [], "next": "verify_email"}, status=201)


class LogoutView(UserAPIView):
    @extend_schema(operation_id="auth_logout", request=None, responses={204: None}, tags=TAGS)
    def post(self, request: Request) -> Response:
        """Ends this session: its access and refresh tokens are refused from now on."""
        if not sessions.end_of_token(request.auth):
            logout(request._request)
        return Response(status=204)


class AvailableAccountsView(UserAPIView):
    @extend_schema(operation_id="auth_accounts", responses=AvailableAccountSerializer(many=True), tags=TAGS)
    def get(self, request: Request) -> Response:
        """Accounts to choose from, with the role in each and whether it is the caller's own or inherited; at most 1,000."""
        user: Any = request.user
        return Response(AvailableAccountSerializer(resolve.available_accounts(user), many=True).data)


class AuthStatusView(PublicAPIView):
    @extend_schema(operation_id="auth_status", responses=StatusSerializer, auth=[], tags=TAGS)
    def get(self, request: Request) -> Response:
        """Whether the caller is signed in, by which factors more could be asked, and until when the token lives."""
        user: Any = request.user
        signed_in = bool(user and user.is_authenticated)
        payload = request.auth if isinstance(request.auth, dict) else {}
        expires = dt.datetime.fromtimestamp(payload["exp"], dt.UTC) if "exp" in payload else None
        factors = sorted({one.type for one in user.authenticator_set.all()}) if signed_in else []
        return Response(StatusSerializer({"signedIn": signed_in, "factors": factors, "expiresAt": expires}).data)
