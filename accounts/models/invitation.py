"""An invitation to an account or a team: a single-use link in a mail. Public: it is looked up before any tenant is known."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce, Lower

from accounts.enums import AccountStatus, Role
from listbackup.core.clock import now
from listbackup.core.db import BaseModel


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Neither taken nor taken back; may have expired."""
        return self.filter(accepted_at__isnull=True, cancelled_at__isnull=True)

    def live(self) -> "InvitationQuerySet":
        """Those whose links work: open, not expired, to an account that is not being deleted."""
        closed = [AccountStatus.CLOSING, AccountStatus.ERASED]
        return self.open().filter(expires_at__gt=now()).exclude(account__status__in=closed)


class Invitation(BaseModel):
    """`role` holds on `account`; for an invitation to a team `team_id` and `team_role` are set and `role` is empty."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices, blank=True)
    team_id = models.UUIDField(null=True, blank=True)
    team_role = models.CharField(max_length=10, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the link's secret")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    message = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"], name="invitation_account")]
        constraints = [
            models.UniqueConstraint(
                "account",
                Lower("email"),
                Coalesce("team_id", models.Value("00000000-0000-0000-0000-000000000000", models.UUIDField())),
                condition=models.Q(accepted_at__isnull=True, cancelled_at__isnull=True),
                name="invitation_open_once",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def state(self) -> str:
        """pending, accepted, cancelled or expired."""
        if self.accepted_at:
            return "accepted"
        if self.cancelled_at:
            return "cancelled"
        return "pending" if self.expires_at > now() else "expired"
