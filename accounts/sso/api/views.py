"""Single sign-on of the organization. Trying a provider out needs a browser: that is on its page."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView, AccountListView
from accounts.sso.api import serializers as shapes
from accounts.sso.enums import ProviderKind
from accounts.sso.models import EmailDomain, IdentityProvider
from accounts.sso.selectors import providers as selectors
from accounts.sso.services import domains, providers
from listbackup.core.api.validated import asked, validated

TAGS = ["sso"]


class ProvidersView(AccountListView):
    permissions = {"get": "sso.manage", "post": "sso.manage"}
    serializer_class = shapes.ProviderSerializer
    model = IdentityProvider

    def rows(self) -> QuerySet[Any]:
        return selectors.providers_of(self.context)

    @extend_schema(operation_id="sso_providers_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The identity providers of the organization."""
        return self.list(request)

    @extend_schema(
        operation_id="sso_providers_create",
        tags=TAGS,
        request=shapes.ProviderCreateSerializer,
        responses={201: shapes.ProviderSerializer},
    )
    def post(self, request: Request) -> Response:
        """Adds one, after what it publishes was read. It is not switched on: try the sign-in out first."""
        data = validated(shapes.ProviderCreateSerializer, request)
        kind = ProviderKind(data["kind"])
        made = providers.add_provider(
            self.context,
            kind,
            slug=data["slug"],
            name=data["name"],
            default_role=data["default_role"],
            account_id=data.get("account"),
            **providers.read_connection(kind, **{name: data[name] for name in shapes.CONNECTION if name in data}),
        )
        return Response(shapes.ProviderSerializer(made).data, status=status.HTTP_201_CREATED)


class NewProviderView(AccountAPIView):
    permissions = {"get": "sso.manage"}

    @extend_schema(
        operation_id="sso_providers_new",
        tags=TAGS,
        parameters=[shapes.ProviderKindSerializer],
        responses=shapes.NewProviderSerializer,
    )
    def get(self, request: Request) -> Response:
        """A new `slug` to create a provider with, and our addresses for it, which the provider's own set-up asks for."""
        kind = asked(shapes.ProviderKindSerializer, request)["kind"]
        slug = providers.new_slug(self.context)
        told = [{"name": name, "address": url} for name, url in selectors.our_addresses(kind, slug)]
        return Response(shapes.NewProviderSerializer({"slug": slug, "addresses": told}).data)


class ProviderView(AccountAPIView):
    permissions = {"get": "sso.manage", "patch": "sso.manage", "delete": "sso.manage"}

    @extend_schema(operation_id="sso_providers_get", tags=TAGS, responses=shapes.ProviderSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(shapes.ProviderSerializer(selectors.provider_of(self.context, pk)).data)

    @extend_schema(
        operation_id="sso_providers_update",
        tags=TAGS,
        request=shapes.ProviderChangeSerializer,
        responses=shapes.ProviderSerializer,
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Its name, what new people get, and whether people can sign in through it (409 until somebody tried it out)."""
        selectors.provider_of(self.context, pk)
        data = validated(shapes.ProviderChangeSerializer, request)
        return Response(shapes.ProviderSerializer(providers.update_provider(self.context, pk, **data)).data)

    @extend_schema(operation_id="sso_providers_delete", tags=TAGS, responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """People stay; their links to it go. 409 while people of a domain could not sign in without it."""
        providers.remove_provider(self.context, pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConnectionView(AccountAPIView):
    permissions = {"put": "sso.manage"}

    @extend_schema(
        operation_id="sso_providers_replace_connection",
        tags=TAGS,
        request=shapes.ConnectionSerializer,
        responses=shapes.ProviderSerializer,
    )
    def put(self, request: Request, pk: UUID) -> Response:
        """Another issuer, client, secret or metadata. When it means other people, their links are cut."""
        found = selectors.provider_of(self.context, pk)
        read = providers.read_connection(found.kind, **validated(shapes.ConnectionSerializer, request))
        return Response(shapes.ProviderSerializer(providers.replace_connection(self.context, pk, **read)).data)


class DomainsView(AccountListView):
    permissions = {"get": "sso.manage", "post": "sso.manage"}
    serializer_class = shapes.EmailDomainSerializer
    model = EmailDomain

    def rows(self) -> QuerySet[Any]:
        return selectors.domains_of(self.context)

    @extend_schema(operation_id="sso_domains_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The domains of e-mail addresses that the organization claims."""
        return self.list(request)

    @extend_schema(
        operation_id="sso_domains_claim",
        tags=TAGS,
        request=shapes.EmailDomainClaimSerializer,
        responses={201: shapes.EmailDomainSerializer},
    )
    def post(self, request: Request) -> Response:
        """A claim alone gives nothing: add the TXT record of the answer, then check it."""
        made = domains.claim(self.context, validated(shapes.EmailDomainClaimSerializer, request)["domain"])
        return Response(shapes.EmailDomainSerializer(made).data, status=status.HTTP_201_CREATED)


class DomainView(AccountAPIView):
    permissions = {"get": "sso.manage", "patch": "sso.manage", "delete": "sso.manage"}

    @extend_schema(operation_id="sso_domains_get", tags=TAGS, responses=shapes.EmailDomainSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(shapes.EmailDomainSerializer(selectors.domain_in(self.context, pk)).data)

    @extend_schema(
        operation_id="sso_domains_update",
        tags=TAGS,
        request=shapes.RequirementSerializer,
        responses=shapes.EmailDomainSerializer,
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Whether everybody of the domain must use single sign-on."""
        selectors.domain_in(self.context, pk)
        data = validated(shapes.RequirementSerializer, request)
        changed = domains.set_required(
            self.context, pk, required=data["sso_required"], break_glass=data.get("break_glass")
        )
        return Response(shapes.EmailDomainSerializer(changed).data)

    @extend_schema(operation_id="sso_domains_release", tags=TAGS, responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """The organization's providers do not speak for its addresses any more."""
        domains.release(self.context, pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DomainCheckView(AccountAPIView):
    permissions = {"post": "sso.manage"}

    @extend_schema(operation_id="sso_domains_check", tags=TAGS, request=None, responses=shapes.EmailDomainSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Looks for the TXT record now; `verified_at` tells whether it was found."""
        return Response(shapes.EmailDomainSerializer(domains.check(self.context, pk)).data)
