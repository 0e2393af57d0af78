"""Where platforms send webhooks. Public: the secret in the address or the signature says who speaks."""

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.access.api import PublicAPIView
from integrations.connector.webhooks.signature import Delivery
from integrations.services.webhook_intake import MOST_BYTES, Received, answers_get, receive, receive_for_app
from listbackup.core.errors import TooLarge


class _HookView(PublicAPIView):
    authentication_classes = []
    throttle_classes = []  # the platform decides how much changes; each message costs a few small writes
    parser_classes = []

    def delivery(self, request: Request) -> Delivery:
        """The message as it came, before anything parses it. Raises TooLarge."""
        plain = request._request
        if int(plain.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise TooLarge("The message is larger than 1 MB.")
        return Delivery(
            method=str(plain.method),
            # What the platform called and signed, whatever a proxy made of the host.
            uri=settings.PUBLIC_URL.rstrip("/") + plain.get_full_path(),
            body=plain.body,
            headers={name.lower(): value for name, value in plain.headers.items()},
        )

    def answer(self, received: Received) -> HttpResponse:
        response = HttpResponse(status=200)
        if received.echo is not None:
            response[received.echo[0]] = received.echo[1]
        return response


@extend_schema(exclude=True)
class ConnectionHookView(_HookView):
    def post(self, request: Request, token: str) -> HttpResponse:
        return self.answer(receive(token, self.delivery(request)))

    def get(self, request: Request, token: str) -> HttpResponse:
        return HttpResponse(status=200 if answers_get(token) else 405)


@extend_schema(exclude=True)
class AppHookView(_HookView):
    def post(self, request: Request, platform: str) -> HttpResponse:
        return self.answer(receive_for_app(platform, self.delivery(request)))
