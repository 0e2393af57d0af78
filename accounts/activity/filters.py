"""What may be asked of the log: the same on the page, in the API, in exports and in the feed."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField

from accounts.access.context import AccountContext
from accounts.activity.models import Entry


class _UntilField(IsoDateTimeField):
    """A day without a time means all of that day."""

    def to_python(self, value: Any) -> Any:
        moment = super().to_python(value)
        day_only = isinstance(value, str) and len(value.strip()) == len("2026-01-31")
        return moment + dt.timedelta(days=1) if moment is not None and day_only else moment


class UntilFilter(filters.IsoDateTimeFilter):
    field_class = _UntilField


class EntryFilter(filters.FilterSet):
    person = filters.UUIDFilter(method="by_person", label="who did it, or whom it is about")
    action = filters.CharFilter(
        method="of_action", max_length=60, label="`source.created`, or `source` for all about sources"
    )
    account = filters.UUIDFilter(method="in_account", label="this account and those below it")
    object_type = filters.CharFilter(max_length=40)
    object = filters.CharFilter(field_name="object_id", max_length=64, label="id of the thing")
    since = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte", label="from this moment on")
    until = UntilFilter(
        field_name="at", lookup_expr="lt", label="before this moment; a day without a time: up to its end"
    )
    q = filters.CharFilter(method="with_text", max_length=100, label="part of a name: who, on what")

    class Meta:
        model = Entry
        fields: list[str] = []

    def by_person(self, entries: QuerySet[Entry], name: str, value: Any) -> QuerySet[Entry]:
        return entries.filter(Q(user=value) | Q(object_type="user", object_id=str(value)))

    def of_action(self, entries: QuerySet[Entry], name: str, value: str) -> QuerySet[Entry]:
        return entries.filter(Q(action=value) | Q(action__startswith=f"{value}."))

    def in_account(self, entries: QuerySet[Entry], name: str, value: Any) -> QuerySet[Entry]:
        return entries.filter(account__path__contains=f"{value}/")

    def with_text(self, entries: QuerySet[Entry], name: str, value: str) -> QuerySet[Entry]:
        return entries.filter(Q(actor__icontains=value) | Q(object_label__icontains=value))


def entries_of(context: AccountContext) -> QuerySet[Entry]:
    """What the context may see: of its account and of those below it."""
    return Entry.objects.visible_to(context).select_related("account")
