"""A client's people, and what they asked for, for the agency's members."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView, AccountListView
from clients.api.filters import RequestFilter
from clients.api.serializers.clients import (
    DecisionSerializer,
    InvitePersonSerializer,
    PersonSerializer,
    PersonUpdateSerializer,
    RequestSerializer,
)
from clients.models import ClientPerson, RestoreRequest
from clients.selectors.clients import get_client, get_person, get_request, people_of, requests_of
from clients.services import people, requests
from listbackup.core.api.validated import validated

TAGS = ["clients"]


class PeopleView(AccountListView):
    permissions = {"get": "client.view"}
    serializer_class = PersonSerializer
    model = ClientPerson

    def rows(self) -> QuerySet[ClientPerson]:
        return people_of(get_client(self.context, self.kwargs["pk"]))

    @extend_schema(operation_id="clients_list_people", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)


class InviteView(AccountAPIView):
    permissions = {"post": "client.invite"}

    @extend_schema(
        operation_id="clients_invite", request=InvitePersonSerializer, responses={201: PersonSerializer}, tags=TAGS
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Mails a link to the portal that works once, for seven days; inviting again sends a new one."""
        client = get_client(self.context, pk)
        person = people.invite(self.context, client, **validated(InvitePersonSerializer, request))
        return Response(PersonSerializer(person).data, status=201)


class PersonView(AccountAPIView):
    permissions = {"patch": "client.suspend", "delete": "client.suspend"}

    @extend_schema(
        operation_id="clients_update_person", request=PersonUpdateSerializer, responses=PersonSerializer, tags=TAGS
    )
    def patch(self, request: Request, pk: UUID, person_id: UUID) -> Response:
        """Suspends one person, or lets them in again."""
        person = get_person(get_client(self.context, pk), person_id)
        suspended = validated(PersonUpdateSerializer, request)["suspended"]
        return Response(PersonSerializer(people.set_suspended(self.context, person, suspended=suspended)).data)

    @extend_schema(operation_id="clients_remove_person", responses={204: None}, tags=TAGS)
    def delete(self, request: Request, pk: UUID, person_id: UUID) -> Response:
        people.remove(self.context, get_person(get_client(self.context, pk), person_id))
        return Response(status=204)


class RequestsView(AccountListView):
    permissions = {"get": "client.view"}
    serializer_class = RequestSerializer
    filterset_class = RequestFilter
    model = RestoreRequest

    def rows(self) -> QuerySet[RestoreRequest]:
        return requests_of(self.context)

    @extend_schema(operation_id="clients_list_requests", tags=TAGS)
    def get(self, request: Request) -> Response:
        """What clients asked for, newest first."""
        return self.list(request)


class RequestView(AccountAPIView):
    permissions = {"get": "client.view", "patch": "client.decide"}

    @extend_schema(operation_id="clients_get_request", responses=RequestSerializer, tags=TAGS)
    def get(self, request: Request, request_id: UUID) -> Response:
        return Response(RequestSerializer(get_request(self.context, request_id)).data)

    @extend_schema(
        operation_id="clients_decide_request", request=DecisionSerializer, responses=RequestSerializer, tags=TAGS
    )
    def patch(self, request: Request, request_id: UUID) -> Response:
        """Approves or declines, or says that the records of an approved request are put back. The client gets mail."""
        found, given = get_request(self.context, request_id), validated(DecisionSerializer, request)
        requests.decide(self.context, found, **given)
        return Response(RequestSerializer(get_request(self.context, request_id)).data)
