"""A domain of e-mail addresses that an organization claims, and has proved once `verified_at` is set."""

from django.conf import settings
from django.db import models

from listbackup.core.db import BaseModel


class EmailDomain(BaseModel):
    RECORD_PREFIX = "_listbackup-challenge"

    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="email_domains")
    domain = models.CharField(max_length=253, help_text="lower case, ASCII form")
    token = models.CharField(max_length=64, help_text="what the TXT record must hold")
    verified_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    sso_required = models.BooleanField(default=False)
    break_glass = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        help_text="the one owner who may still use a password",
    )

    class Meta:
        ordering = ["domain"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "domain"], name="email_domain_claimed_once"),
            models.UniqueConstraint(
                fields=["domain"], condition=models.Q(verified_at__isnull=False), name="email_domain_verified_once"
            ),
            models.CheckConstraint(
                condition=models.Q(sso_required=False) | models.Q(verified_at__isnull=False),
                name="email_domain_required_when_verified",
            ),
        ]

    def __str__(self) -> str:
        return self.domain

    @property
    def record_name(self) -> str:
        return f"{self.RECORD_PREFIX}.{self.domain}"

    @property
    def record_value(self) -> str:
        return f"listbackup-domain={self.token}"
