"""Bases of all models."""

from typing import Any

from django.db import connection as django_connection
from django.db import models
from django.db.models.functions import Coalesce

from listbackup.core.ids import uuid7

# Django's connection with what django-tenants adds to it (schema_name, set_tenant …), which its types do not know.
connection: Any = django_connection


class BaseModel(models.Model):
    """A UUIDv7 key (sorts by creation) and the moment of creation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)

    class Meta:
        abstract = True


def public_key(to: str, **options: Any) -> models.ForeignKey:
    """A foreign key from a tenant table to a public one.

    Without a database constraint: deleting a public row would otherwise look for tenant tables in the public
    schema. Public rows that tenants point to are anonymised or flagged, never deleted.
    """
    defaults: dict[str, Any] = {"on_delete": models.DO_NOTHING, "db_constraint": False, "related_name": "+"}
    return models.ForeignKey(to, **(defaults | options))


def plain(name: str) -> str:
    """ASCII, escaped: names from platforms may hold what PostgreSQL's JSON refuses."""
    return ascii(name)[1:-1]


def counted(rows: models.QuerySet[Any], by: str) -> Coalesce:
    """How many of `rows` (filtered by an OuterRef on `by`) belong to each outer row: several such counts do not
    multiply each other as joins would."""
    each = rows.order_by().values(by).annotate(n=models.Count("pk")).values("n")
    return Coalesce(models.Subquery(each, output_field=models.IntegerField()), 0)
