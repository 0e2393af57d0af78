"""Answers kept for repeated POSTs, one row per (person, account, key), for 24 hours. Calls that are about the person have
no account."""

from django.conf import settings
from django.db import models

from listbackup.core.db import BaseModel


class IdempotencyKey(BaseModel):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    key = models.CharField(max_length=255)
    method_path = models.CharField(max_length=500)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveIntegerField(null=True, blank=True, help_text="empty while the first call runs")
    body = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "account", "key"], name="idempotency_key_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.method_path} {self.key}"
