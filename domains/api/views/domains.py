"""Names of the account's portal."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView, AccountListView
from domains.api.serializers.domains import DomainAddSerializer, DomainSerializer, InstructionsSerializer
from domains.models import Domain
from domains.selectors.hosts import domains_of, get_domain
from domains.services import names
from listbackup.core.api.validated import validated

TAGS = ["domains"]


class DomainsView(AccountListView):
    permissions = {"get": "domain.view", "post": "domain.manage"}
    serializer_class = DomainSerializer
    model = Domain

    def rows(self) -> QuerySet[Domain]:
        return domains_of(self.context.account)

    @extend_schema(operation_id="domains_list", tags=TAGS)
    def get(self, request: Request) -> Response:
        """Names of the portal, besides the one that it has anyway."""
        return self.list(request)

    @extend_schema(
        operation_id="domains_add", request=DomainAddSerializer, responses={201: DomainSerializer}, tags=TAGS
    )
    def post(self, request: Request) -> Response:
        """Claims a name. It serves the portal once its DNS records are verified."""
        made = names.add_domain(self.context, validated(DomainAddSerializer, request)["domain"])
        return Response(DomainSerializer(made).data, status=201)


class DomainView(AccountAPIView):
    permissions = {"get": "domain.view", "delete": "domain.manage"}

    @extend_schema(operation_id="domains_get", responses=DomainSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(DomainSerializer(get_domain(self.context, pk)).data)

    @extend_schema(operation_id="domains_remove", responses={204: None}, tags=TAGS)
    def delete(self, request: Request, pk: UUID) -> Response:
        """Stops serving it at once."""
        names.remove_domain(self.context, get_domain(self.context, pk))
        return Response(status=204)


class DomainInstructionsView(AccountAPIView):
    permissions = {"get": "domain.manage"}

    @extend_schema(operation_id="domains_get_dns_instructions", responses=InstructionsSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        """The records to make, each with what stands there now at the zone's own servers."""
        domain = get_domain(self.context, pk)
        return Response(InstructionsSerializer({"domain": domain, "records": names.instructions(domain)}).data)


class DomainVerifyView(AccountAPIView):
    permissions = {"post": "domain.manage"}

    @extend_schema(operation_id="domains_verify", request=None, responses=InstructionsSerializer, tags=TAGS)
    def post(self, request: Request, pk: UUID) -> Response:
        """Looks the records up; when all are right, the name serves the portal from now on."""
        domain, found = names.verify_domain(self.context, get_domain(self.context, pk))
        return Response(InstructionsSerializer({"domain": domain, "records": found}).data)


class DomainActivateView(AccountAPIView):
    permissions = {"post": "domain.manage"}

    @extend_schema(operation_id="domains_activate", request=None, responses=DomainSerializer, tags=TAGS)
    def post(self, request: Request, pk: UUID) -> Response:
        """Makes it the portal's main name: links in mails lead there. Only when verified."""
        return Response(DomainSerializer(names.make_primary(self.context, get_domain(self.context, pk))).data)
