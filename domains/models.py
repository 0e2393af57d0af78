"""Host names that belong to organizations (the portal's addresses)."""

from django.db import models
from django_tenants.models import DomainMixin


class Domain(DomainMixin):
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["domain"]
