"""Filters of the lists."""

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from backups.enums import GroupStatus, Health, JobKind, JobState, SourceStatus
from backups.models import Job, Source, SourceGroup


class SourceFilter(filters.FilterSet):
    status = filters.ChoiceFilter(choices=SourceStatus.choices)
    health = filters.ChoiceFilter(choices=Health.choices)
    platform = filters.CharFilter(method="of_platform")
    group = filters.UUIDFilter(field_name="groups")
    connection = filters.UUIDFilter(field_name="connection")
    account = filters.UUIDFilter(field_name="account")
    search = filters.CharFilter(field_name="name", lookup_expr="icontains")

    class Meta:
        model = Source
        fields: list[str] = []

    def of_platform(self, queryset: QuerySet[Source], name: str, value: str) -> QuerySet[Source]:
        return queryset.filter(Q(connection__platform=value) | Q(connection__custom_platform__key=value))


class GroupFilter(filters.FilterSet):
    status = filters.ChoiceFilter(choices=GroupStatus.choices)
    search = filters.CharFilter(field_name="name", lookup_expr="icontains")

    class Meta:
        model = SourceGroup
        fields: list[str] = []


class JobFilter(filters.FilterSet):
    type = filters.ChoiceFilter(field_name="kind", choices=JobKind.choices)
    status = filters.MultipleChoiceFilter(field_name="state", choices=JobState.choices)
    source = filters.UUIDFilter(field_name="source")
    batch = filters.UUIDFilter(field_name="batch_id")
    after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Job
        fields: list[str] = []
