"""OAuth: begin, and take what the platform's redirect brings back."""

from django.http import HttpResponseBase, HttpResponseRedirect
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import resolve
from accounts.access.api import AccountAPIView, PublicAPIView
from accounts.access.authentication import BrowserSessionAuthentication
from integrations.api.serializers.connections import OAuthStartedSerializer, OAuthStartSerializer
from integrations.api.session import session_key_of
from integrations.oauth import flow
from integrations.selectors.connections import get_connection
from integrations.web.failures import connect_failed_page
from integrations.web.way_back import after_connecting
from listbackup.core.api.validated import validated
from listbackup.core.clock import now
from listbackup.core.errors import ListBackupError, NotSignedIn

TAGS = ["oauth"]


class StartView(AccountAPIView):
    permissions = {"post": "connection.create"}

    @extend_schema(
        operation_id="oauth_start",
        tags=TAGS,
        summary="Make a one-time state and get the address to send the person to",
        request=OAuthStartSerializer,
        responses=OAuthStartedSerializer,
    )
    def post(self, request: Request, provider: str) -> Response:
        data = validated(OAuthStartSerializer, request)
        renew = get_connection(self.context, data["connection"]) if data.get("connection") else None
        url = flow.start(
            self.context,
            platform=provider,
            session_key=session_key_of(request),
            return_to=data.get("return_to", ""),
            name=data.get("name", ""),
            connection=renew,
            scopes=data.get("scopes"),
        )
        started = {"authorization_url": url, "expires_at": now() + flow.LIFETIME}
        return Response(OAuthStartedSerializer(started).data)


class CallbackView(PublicAPIView):
    """A browser comes here from the platform. It is recognised by its session cookie alone."""

    authentication_classes = [BrowserSessionAuthentication]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        """A browser asks for HTML alone, and gets it from `connect_failed_page`; programs get problems."""
        return JSONRenderer(), JSONRenderer.media_type

    @extend_schema(
        operation_id="oauth_callback",
        tags=TAGS,
        summary="The platform's redirect: validates the state, exchanges the code, tests and stores the connection",
        parameters=[
            OpenApiParameter("state", OpenApiTypes.STR),
            OpenApiParameter("code", OpenApiTypes.STR),
            OpenApiParameter("error", OpenApiTypes.STR),
        ],
        responses={302: OpenApiResponse(description="To the page that began, or to the new connection")},
    )
    def get(self, request: Request, provider: str) -> HttpResponseBase:
        http_request = request._request
        try:
            if not request.user.is_authenticated:
                raise NotSignedIn(
                    "You are not signed in in this browser, so that the connection was not made.",
                    remedy="Sign in and connect again.",
                )
            connection = flow.finish(
                user=request.user,
                session_key=http_request.session.session_key,
                platform=provider,
                params={name: request.query_params[name] for name in request.query_params},
            )
        except ListBackupError as error:
            if "text/html" not in request.headers.get("Accept", ""):
                raise
            return connect_failed_page(http_request, error, platform=provider)
        # The person goes on in the account where they began, even when another tab has switched since.
        http_request.session[resolve.SESSION_KEY] = str(connection.account_id)
        target = after_connecting(http_request, connection)
        response = HttpResponseRedirect(target)
        # The address holds a code; no later page may see it.
        response["Referrer-Policy"] = "no-referrer"
        return response
