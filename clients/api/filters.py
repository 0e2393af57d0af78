"""What lists of clients can be narrowed to."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from clients.enums import ClientStatus, RequestState
from clients.models import Client, RestoreRequest


class ClientFilter(django_filters.FilterSet):
    """What `clients_of` narrows by; here for the checks and the document."""

    status = django_filters.ChoiceFilter(choices=ClientStatus.choices, method="known")
    search = django_filters.CharFilter(max_length=100, method="known", help_text="in names and addresses")

    class Meta:
        model = Client
        fields = ["status"]

    def known(self, rows: QuerySet[Client], _: str, value: Any) -> QuerySet[Client]:
        return rows


class RequestFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=RequestState.choices)
    client = django_filters.UUIDFilter()

    class Meta:
        model = RestoreRequest
        fields = ["state", "client"]
