"""Sign-in of API clients: a thin shape over allauth's headless flows, which keep limits, MFA and verification."""

from typing import Any

from allauth.headless import app_settings
from allauth.headless.account.views import LoginView as HeadlessLogin
from allauth.headless.mfa.views import AuthenticateView as HeadlessCode
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import resolve, rules
from accounts.access.api import PublicAPIView, UserAPIView
from accounts.api.headless import Answer, ask
from accounts.api.serializers.auth import (
    AccountSerializer,
    LoginRequestSerializer,
    LoginSerializer,
    ProfileSerializer,
    RefreshRequestSerializer,
    RefreshSerializer,
    UserSerializer,
)
from accounts.enums import Via
from accounts.errors import AccountNotFound
from accounts.models import User
from accounts.services import sessions
from listbackup.core.api.validated import validated
from listbackup.core.errors import NotSignedIn, TooMany

headless_login = HeadlessLogin.as_api_view(client="app")
headless_code = HeadlessCode.as_api_view(client="app")


class SecondFactorNeeded(NotSignedIn):
    code = "auth.second_factor_needed"


class LoginView(PublicAPIView):
    authentication_classes: list[Any] = []

    @extend_schema(
        operation_id="auth_login", request=LoginRequestSerializer, responses=LoginSerializer, auth=[], tags=["auth"]
    )
    def post(self, request: Request) -> Response:
        """E-mail and password for tokens.

        A person with a second factor gives `code` as well: of the authenticator app, or a recovery code. Without it the
        answer is 401 `auth.second_factor_needed`, with a wrong or used one 401 `auth.bad_code`.
        """
        data = validated(LoginRequestSerializer, request)
        code = data.pop("code", "")
        answer = ask(headless_login, request._request, data)
        if answer.status == 401 and "mfa_authenticate" in answer.pending and code:
            answer = ask(headless_code, request._request, {"code": code}, session_token=answer.session_token)
            if answer.status == 400 and not answer.is_limited:
                raise NotSignedIn(
                    "This code is wrong, or it was used before.", code="auth.bad_code", remedy="Take the next one."
                )
        if answer.is_limited:
            raise TooMany("Too many sign-ins were tried.", remedy="Wait some minutes and try again.", retry_after=300)
        if answer.status != 200:
            raise self._refusal(answer)
        return Response(self._tokens(answer.body))

    @staticmethod
    def _tokens(body: dict[str, Any]) -> dict[str, Any]:
        user = User.objects.get(pk=body["data"]["user"]["id"])
        return {
            "accessToken": body["meta"]["access_token"],
            "refreshToken": body["meta"]["refresh_token"],
            "expiresIn": app_settings.JWT_ACCESS_TOKEN_EXPIRES_IN,
            "user": UserSerializer(user).data,
            "accounts": AccountSerializer(resolve.accounts_of(user)[:200], many=True).data,
        }

    @staticmethod
    def _refusal(answer: Answer) -> NotSignedIn:
        if "mfa_authenticate" in answer.pending:
            return SecondFactorNeeded(
                "The password is right; now the second factor is needed.",
                remedy="Send the code of your authenticator app, or a recovery code, as `code`.",
            )
        if "verify_email" in answer.pending:
            return NotSignedIn(
                "This address is not verified yet.",
                code="auth.email_not_verified",
                remedy="Open the link in the mail that we sent you.",
            )
        return NotSignedIn(
            "The e-mail address or the password is wrong.",
            code="auth.bad_credentials",
            remedy="Check both, or reset your password.",
        )


class RefreshView(PublicAPIView):
    authentication_classes: list[Any] = []

    @extend_schema(
        operation_id="auth_refresh",
        request=RefreshRequestSerializer,
        responses=RefreshSerializer,
        auth=[],
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        """A new pair of tokens; the old refresh token is dead, and using it again ends the session."""
        data = validated(RefreshRequestSerializer, request)
        access, refresh = sessions.rotate(data["refreshToken"])
        return Response(
            {
                "accessToken": access,
                "refreshToken": refresh,
                "expiresIn": app_settings.JWT_ACCESS_TOKEN_EXPIRES_IN,
            }
        )


class ProfileView(UserAPIView):
    @extend_schema(operation_id="auth_profile", responses=ProfileSerializer, tags=["auth"])
    def get(self, request: Request) -> Response:
        """The signed-in person, the current account (`X-Account-Context` or their last one) and what they may do."""
        wanted = request.headers.get(resolve.HEADER)
        try:
            context = resolve.context_for(request.user, wanted, via=Via.API)  # type: ignore[arg-type]
        except AccountNotFound:
            if wanted:
                raise
            context = None
        person: Any = request.user
        return Response(
            {
                "user": UserSerializer(person).data,
                "account": AccountSerializer(context.account).data if context else None,
                "role": context.role if context else None,
                "permissions": rules.permissions_of(context) if context else [],
            }
        )
