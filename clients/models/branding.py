"""How an account's portal looks. What is empty comes from the account above."""

from django.db import models

from accounts.access.querysets import TenantModel
from clients.enums import ImageKind


class PortalBranding(TenantModel):
    """Colours are `#rrggbb`; `footer_links`: list of {label, url}."""

    name = models.CharField(max_length=80, blank=True)
    colour = models.CharField(max_length=7, blank=True, help_text="of buttons and links on light ground")
    colour_dark = models.CharField(max_length=7, blank=True, help_text="the same on dark ground")
    sign_in_text = models.CharField(max_length=400, blank=True)
    support_email = models.EmailField(blank=True)
    support_url = models.URLField(blank=True, max_length=300)
    legal_text = models.TextField(max_length=20_000, blank=True, help_text="imprint, terms, privacy: plain text")
    footer_links = models.JSONField(default=list, blank=True)
    mail_sender = models.CharField(max_length=80, blank=True, help_text="the name that mails come from")
    show_our_name = models.BooleanField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account"], name="portal_branding_once")]

    def __str__(self) -> str:
        return f"portal of {self.account}"


class BrandImage(TenantModel):
    """A PNG or WebP that we made ourselves. Apart from the branding, so that no page loads it."""

    kind = models.CharField(max_length=10, choices=ImageKind.choices)
    image = models.BinaryField()
    content_type = models.CharField(max_length=20)
    version = models.CharField(max_length=16, help_text="beginning of its hash")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "kind"], name="brand_image_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.account}"
