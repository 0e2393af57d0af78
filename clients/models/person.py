"""People of clients. A realm of their own: none of them is a `User`, and no member signs in here."""

from django.contrib.auth.hashers import check_password
from django.db import models
from django.db.models.functions import Lower

from accounts.access.querysets import TenantModel
from clients.enums import LinkPurpose, PersonStatus
from listbackup.core.db import public_key


class ClientPerson(TenantModel):
    """`account` is the client's: an address stands once at each portal. One mailed link works at a time."""

    client = models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="people")
    email = models.EmailField()
    name = models.CharField(max_length=150, blank=True)
    status = models.CharField(max_length=10, choices=PersonStatus.choices, default=PersonStatus.INVITED)
    password = models.CharField(max_length=256, blank=True, help_text="a hash; empty: signs in by mailed links")
    totp_secret = models.TextField(blank=True, editable=False, help_text="encrypted; empty: no second factor")
    time_zone = models.CharField(max_length=64, blank=True, help_text="empty: the account's")
    link_hash = models.CharField(max_length=64, blank=True, editable=False)
    link_purpose = models.CharField(max_length=12, choices=LinkPurpose.choices, blank=True)
    link_expires_at = models.DateTimeField(null=True, blank=True)
    last_sign_in_at = models.DateTimeField(null=True, blank=True)
    invited_by = public_key("accounts.User", null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        verbose_name_plural = "client people"
        indexes = [models.Index(fields=["link_hash"], condition=~models.Q(link_hash=""), name="client_person_link")]
        constraints = [models.UniqueConstraint("account", Lower("email"), name="client_person_once")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def has_second_factor(self) -> bool:
        return bool(self.totp_secret)

    def knows(self, password: str) -> bool:
        """Takes as long for somebody without a password."""
        return bool(self.password) & check_password(password, self.password or "!")


class PortalSession(TenantModel):
    """A sign-in to the portal, by a browser's cookie or an app's token; or, with `previewer`, a member's preview."""

    client = models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="sessions")
    person = models.ForeignKey(ClientPerson, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions")
    previewer = public_key("accounts.User", null=True, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    host = models.CharField(max_length=253, blank=True, help_text="where the cookie holds; empty: a token")
    ip = models.GenericIPAddressField(null=True, blank=True)
    device = models.CharField(max_length=80, blank=True)
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.person or self.previewer} · {self.device or 'app'}"

    @property
    def is_preview(self) -> bool:
        return self.previewer_id is not None
