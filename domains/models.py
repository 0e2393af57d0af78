"""Host names of portals. Public: they are looked up before any organization is known."""

from django.conf import settings
from django.db import models

from listbackup.core.db import BaseModel


class Domain(BaseModel):
    """A name that an account claims for its clients' portal. A claim alone serves nothing: `verified_at` does.

    `failures` counts the checks in a row that did not find the records any more.
    """

    domain = models.CharField(max_length=253, help_text="lower case, punycode")
    tenant = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="domains")
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="portal_domains")
    is_primary = models.BooleanField(default=False, help_text="links in mails lead here")
    token = models.CharField(max_length=64)
    verified_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"], name="domain_account")]
        constraints = [
            models.UniqueConstraint(
                fields=["domain"], condition=models.Q(verified_at__isnull=False), name="domain_verified_once"
            ),
            models.UniqueConstraint(fields=["account", "domain"], name="domain_claimed_once"),
            models.UniqueConstraint(fields=["account"], condition=models.Q(is_primary=True), name="domain_one_primary"),
        ]

    def __str__(self) -> str:
        return self.domain

    @property
    def record_name(self) -> str:
        return f"_listbackup.{self.domain}"

    @property
    def record_value(self) -> str:
        return f"listbackup-portal={self.token}"
