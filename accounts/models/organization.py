"""A customer: a root account and one PostgreSQL schema."""

from django.db import models
from django_tenants.models import TenantMixin

from listbackup.core.db import BaseModel


class Organization(BaseModel, TenantMixin):  # type: ignore[django-manager-missing]
    name = models.CharField(max_length=150)
    plan = models.ForeignKey("accounts.Plan", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    trial_ends_at = models.DateTimeField(null=True, blank=True)

    # Schemas are made by `accounts.services.organizations`, from the template, never by save().
    auto_create_schema = False
    auto_drop_schema = False

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
