"""The portal's operations."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import PublicAPIView
from accounts.access.schema import entered
from accounts.models import Account
from backups.models import Snapshot, Source
from backups.selectors.snapshots import get_snapshot, snapshots_of
from backups.selectors.sources import sources_of
from clients.models import PortalSession, RestoreRequest
from clients.portal.api.base import PortalAPIView, PortalListView
from clients.portal.api.serializers import (
    AcceptInvitationSerializer,
    AskSerializer,
    LoginSerializer,
    PortalOverviewSerializer,
    PortalRequestSerializer,
    PortalSnapshotSerializer,
    PortalSourceSerializer,
    RecordsQuerySerializer,
    RecordsSerializer,
    SignedInSerializer,
)
from clients.portal.content import page_of_records, portal_overview, shared_source
from clients.rules import OPENS
from clients.selectors.branding import brand_of
from clients.selectors.clients import get_request, requests_of
from clients.services import links, requests, sign_in
from clients.services.sessions import token_of
from domains.selectors.hosts import portal_at
from listbackup.core.api.validated import asked, validated
from listbackup.core.errors import InvalidInput
from listbackup.core.web.downloads import streamed

TAGS = ["portal"]


def _portal(request: Request, given: dict[str, Any]) -> Account:
    """Of the host that was called, or of the one that is named. Raises InvalidInput."""
    here: Account | None = getattr(request, "portal", None)
    found = here or portal_at(given.get("portal", "").strip())
    if found is None:
        raise InvalidInput("There is no such portal.", fields={"portal": ["Name the portal's host."]})
    return found


def _signed_in(account: Account, session: PortalSession, secret: str) -> Response:
    body = {
        "token": token_of(account.organization, account, secret),
        "expires_at": session.expires_at,
        "client": session.client.name,
        "person": str(session.person),
        "portal": brand_of(account).name,
    }
    return Response(SignedInSerializer(body).data)


class LoginView(PublicAPIView):
    authentication_classes: list[Any] = []

    @extend_schema(
        operation_id="clients_login", request=LoginSerializer, responses=SignedInSerializer, auth=[], tags=TAGS
    )
    def post(self, request: Request) -> Response:
        """Signs a client's person in; never opens the dashboard. 401 `portal.code_needed` asks for the second factor."""
        given = validated(LoginSerializer, request)
        account = _portal(request, given)
        with entered(account.organization):
            session, secret = sign_in.sign_in(
                account, email=given["email"], password=given["password"], code=given.get("code", "")
            )
            return _signed_in(account, session, secret)


class AcceptInvitationView(PublicAPIView):
    authentication_classes: list[Any] = []

    @extend_schema(
        operation_id="clients_accept_invitation",
        request=AcceptInvitationSerializer,
        responses=SignedInSerializer,
        auth=[],
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """Sets a password with the mailed link's token and signs in. The link is used up."""
        given = validated(AcceptInvitationSerializer, request)
        account = _portal(request, given)
        with entered(account.organization):
            person = links.find(account, given["token"])
            session, secret = sign_in.accept_link(
                person, name=given.get("name", ""), password=given["password"], code=given.get("code", "")
            )
            return _signed_in(account, session, secret)


class LogoutView(PortalAPIView):
    permissions = {"post": ""}

    @extend_schema(operation_id="clients_logout", request=None, responses={204: None}, tags=TAGS)
    def post(self, request: Request) -> Response:
        """Ends this sign-in at once."""
        sign_in.sign_out(self.context, self.session)
        return Response(status=204)


class OverviewView(PortalAPIView):
    permissions = {"get": ""}

    @extend_schema(operation_id="clients_portal_overview", responses=PortalOverviewSerializer, tags=TAGS)
    def get(self, request: Request) -> Response:
        """Health of what is shared."""
        found = portal_overview(self.context)
        guest = self.context.guest
        allowed = guest.permissions if guest else frozenset()
        body = {
            "sources": found.total,
            "protected": found.protected,
            "needs_attention": found.needs_attention,
            "records": found.records,
            "oldest_good_at": found.oldest_good_at,
            "proved": found.proved,
            "permissions": [name for name, opens in OPENS.items() if opens <= allowed],
            "agency": brand_of(self.context.account).name,
            "client": self.session.client.name,
        }
        return Response(PortalOverviewSerializer(body).data)


class SourcesView(PortalListView):
    permissions = {"get": ""}
    serializer_class = PortalSourceSerializer
    model = Source

    def rows(self) -> QuerySet[Source]:
        return sources_of(self.context)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "account_context": getattr(self, "context", None)}

    @extend_schema(operation_id="clients_portal_sources", tags=TAGS)
    def get(self, request: Request) -> Response:
        """Shared sources with last backup, verification and proof."""
        return self.list(request)


class SnapshotsView(PortalListView):
    permissions = {"get": "snapshot.view"}
    serializer_class = PortalSnapshotSerializer
    model = Snapshot

    def rows(self) -> QuerySet[Snapshot]:
        return snapshots_of(self.context, shared_source(self.context, self.kwargs["pk"]))

    @extend_schema(operation_id="clients_portal_snapshots", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Newest first; none older than what is shared."""
        return self.list(request)


class RecordsView(PortalAPIView):
    permissions = {"get": "record.view"}

    @extend_schema(
        operation_id="clients_portal_records",
        parameters=[RecordsQuerySerializer],
        responses=RecordsSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Records of one stream as of a snapshot, by key; with `q` those that contain the text."""
        snapshot = get_snapshot(self.context, pk)
        given = asked(RecordsQuerySerializer, request)
        page = page_of_records(
            self.context,
            self.session.client,
            snapshot,
            stream=given["stream"],
            search=given.get("q", ""),
            after=given.get("after", ""),
            size=given["page_size"],
        )
        return Response(RecordsSerializer({"next": page.next or None, "results": page.rows}).data)


class RequestsView(PortalListView):
    permissions = {"get": "", "post": ""}
    serializer_class = PortalRequestSerializer
    model = RestoreRequest

    def rows(self) -> QuerySet[RestoreRequest]:
        return requests_of(self.context)

    @extend_schema(operation_id="clients_portal_requests", tags=TAGS)
    def get(self, request: Request) -> Response:
        """What this client asked for, newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="clients_portal_ask", request=AskSerializer, responses={201: PortalRequestSerializer}, tags=TAGS
    )
    def post(self, request: Request) -> Response:
        """Asks for a download, or for records to be put back; who may is served at once, others wait for the agency."""
        given = validated(AskSerializer, request)
        snapshot = get_snapshot(self.context, given.pop("snapshot"))
        made = requests.ask(self.context, self.person, snapshot=snapshot, **given)
        return Response(PortalRequestSerializer(made).data, status=201)


class RequestView(PortalAPIView):
    permissions = {"get": "", "delete": ""}

    @extend_schema(operation_id="clients_portal_request", responses=PortalRequestSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(PortalRequestSerializer(get_request(self.context, pk)).data)

    @extend_schema(operation_id="clients_portal_take_back", responses=PortalRequestSerializer, tags=TAGS)
    def delete(self, request: Request, pk: UUID) -> Response:
        """Takes it back."""
        return Response(PortalRequestSerializer(requests.take_back(self.context, get_request(self.context, pk))).data)


class RequestFileView(PortalAPIView):
    permissions = {"get": ""}

    @extend_schema(
        operation_id="clients_portal_download",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        tags=TAGS,
    )
    def get(self, request: Request, pk: UUID) -> StreamingHttpResponse:
        """The file, once `progress` is `ready`."""
        return streamed(request._request, requests.open_file(self.context, get_request(self.context, pk)))
