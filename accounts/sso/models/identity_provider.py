"""An organization's own identity provider. Public: it is looked up before any tenant is known."""

from typing import Any

from django.db import models

from accounts.enums import Role
from accounts.sso.enums import ProviderKind
from listbackup.core.db import BaseModel


class IdentityProvider(BaseModel):
    """`slug` stands in addresses and is the `provider` of allauth's SocialAccount rows: a subject counts only here.

    `settings`: of OIDC issuer and client_id; of SAML entity_id, sso_url, certificates (base64 DER) and metadata_url.
    """

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.CASCADE, related_name="identity_providers"
    )
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", help_text="where new people join"
    )
    kind = models.CharField(max_length=4, choices=ProviderKind.choices)
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60, unique=True)
    settings = models.JSONField(default=dict)
    secret = models.TextField(blank=True, help_text="the client's secret, encrypted")
    default_role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    enabled = models.BooleanField(default=False)
    tested_at = models.DateTimeField(null=True, blank=True, help_text="when a sign-in through it last worked")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "enabled"], name="identity_provider_of")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(default_role=Role.OWNER), name="identity_provider_makes_no_owners"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def facts(self) -> dict[str, Any]:
        """What the activity log may say of it."""
        return {"kind": self.kind, "role": self.default_role}
