"""How much of its plan an account uses, for `accounts.plans`."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.access.resolve import system_context
from accounts.models import Account
from accounts.plans import register_counter
from backups.enums import SourceStatus
from backups.models import Source
from listbackup.core.db import counted


def register_counters() -> None:
    register_counter("sources", lambda account: _sources(account).count(), _sources_each)
    register_counter("records", lambda account: _sources(account).aggregate(n=Coalesce(Sum("records"), 0))["n"])
    register_counter("storage", lambda account: _stored(account))


def _sources(account: Account) -> QuerySet[Source]:
    found: QuerySet[Source] = Source.objects.visible_to(system_context(account)).exclude(status=SourceStatus.DELETED)
    return found


def _stored(account: Account) -> int:
    """Bytes, those of deleted sources whose snapshots were kept included."""
    every = Source.objects.visible_to(system_context(account))
    return int(every.aggregate(n=Coalesce(Sum("bytes_stored"), 0))["n"])


def _sources_each() -> Any:
    return counted(Source.objects.filter(account=OuterRef("pk")).exclude(status=SourceStatus.DELETED), "account")
