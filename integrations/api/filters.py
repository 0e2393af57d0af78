"""Filters of the lists."""

import django_filters
from django.db.models import Q

from integrations.enums import ConnectionStatus
from integrations.models import Connection
from integrations.models.connection import CUSTOM


class PlatformConnectionFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(
        choices=[choice for choice in ConnectionStatus.choices if choice[0] != ConnectionStatus.DELETED]
    )
    name = django_filters.CharFilter(lookup_expr="icontains")

    class Meta:
        model = Connection
        fields = ["status", "name"]


class ConnectionFilter(PlatformConnectionFilter):
    platform = django_filters.CharFilter(method="by_platform", help_text="a platform's id, or `custom`")

    class Meta:
        model = Connection
        fields = ["platform", "status", "name"]

    def by_platform(self, queryset, name, value):  # type: ignore[no-untyped-def]
        if value == CUSTOM:
            return queryset.filter(platform=CUSTOM)
        return queryset.filter(Q(platform=value) | Q(custom_platform__key=value))
