"""What lists of clients can be narrowed to."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from clients.enums import ClientStatus, RequestState
from clients.models import Client, RestoreRequest


class ClientFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=ClientStatus.choices)
    search = django_filters.CharFilter(method="by_text", max_length=100, help_text="in names and addresses")

    class Meta:
        model = Client
        fields = ["status"]

    def by_text(self, rows: QuerySet[Client], _: str, value: Any) -> QuerySet[Client]:
        return rows.filter(Q(name__icontains=value) | Q(contact_email__icontains=value))


class RequestFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=RequestState.choices)
    client = django_filters.UUIDFilter()

    class Meta:
        model = RestoreRequest
        fields = ["state", "client"]
