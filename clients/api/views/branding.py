"""How the portal looks."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView
from clients.selectors.branding import Brand, brand_of
from clients.services.branding import MOST_LINKS, update_branding
from domains.selectors.hosts import portal_url
from listbackup.core.api.validated import validated

TAGS = ["clients"]


class FooterLinkSerializer(serializers.Serializer[Any]):
    label = serializers.CharField(max_length=60)  # type: ignore[assignment]
    url = serializers.URLField(max_length=300)


class BrandingUpdateSerializer(serializers.Serializer[Any]):
    """An empty value takes the one of the account above again."""

    name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    colour = serializers.CharField(max_length=7, required=False, allow_blank=True, help_text="#rrggbb, on white")
    colour_dark = serializers.CharField(max_length=7, required=False, allow_blank=True, help_text="#rrggbb, on black")
    sign_in_text = serializers.CharField(max_length=400, required=False, allow_blank=True)
    support_email = serializers.EmailField(required=False, allow_blank=True)
    support_url = serializers.URLField(max_length=300, required=False, allow_blank=True)
    legal_text = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    footer_links = serializers.ListField(child=FooterLinkSerializer(), required=False, max_length=MOST_LINKS)
    mail_sender = serializers.CharField(max_length=80, required=False, allow_blank=True)
    show_our_name = serializers.BooleanField(required=False, allow_null=True)


class BrandingSerializer(serializers.Serializer[Any]):
    """What holds, inherited parts too."""

    name = serializers.CharField()
    colour = serializers.CharField(help_text="empty: the product's own")
    colour_dark = serializers.CharField()
    sign_in_text = serializers.CharField()
    support_email = serializers.CharField()
    support_url = serializers.CharField()
    legal_text = serializers.CharField()
    footer_links = FooterLinkSerializer(many=True)
    mail_sender = serializers.CharField()
    show_our_name = serializers.BooleanField()
    portal_url = serializers.CharField()


class BrandingView(AccountAPIView):
    permissions = {"get": "client.view", "patch": "client.brand"}

    @extend_schema(operation_id="clients_get_branding", responses=BrandingSerializer, tags=TAGS)
    def get(self, request: Request) -> Response:
        """How this account's portal looks, and where it is."""
        return self._answer(brand_of(self.context.account))

    @extend_schema(
        operation_id="clients_update_branding",
        request=BrandingUpdateSerializer,
        responses=BrandingSerializer,
        tags=TAGS,
    )
    def patch(self, request: Request) -> Response:
        """Changes what is given. Colours that cannot be read are refused."""
        update_branding(self.context, **validated(BrandingUpdateSerializer, request))
        return self._answer(brand_of(self.context.account))

    def _answer(self, brand: Brand) -> Response:
        values = {**asdict(brand), "portal_url": portal_url(self.context.account)}
        return Response(BrandingSerializer(values).data)
