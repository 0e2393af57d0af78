"""What a customer pays for: limits as data."""

from django.db import models

from listbackup.core.db import BaseModel


class Plan(BaseModel):
    """`limits` maps a limit's name (see `accounts.plans`) to a number; a missing name or null means no limit."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    limits = models.JSONField(default=dict)
    is_public = models.BooleanField(default=True, help_text="customers may choose it")
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name
