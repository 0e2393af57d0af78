"""Keys of accounts, wrapped: the data of an account opens with these and nothing else."""

from django.db import models

from accounts.access.querysets import TenantModel
from backups.enums import KeyState


class AccountKey(TenantModel):
    version = models.PositiveIntegerField()
    provider = models.CharField(max_length=300, default="local")
    wrapped = models.BinaryField(editable=False)
    state = models.CharField(max_length=10, choices=KeyState.choices, default=KeyState.ACTIVE)

    class Meta(TenantModel.Meta):
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["account", "version"], name="account_key_once")]

    def __str__(self) -> str:
        return f"Key {self.version} of {self.account_id}"


class RecoveryKey(TenantModel):
    """The account's recovery key, wrapped by the same provider, so that owners can print their kit again."""

    provider = models.CharField(max_length=300, default="local")
    wrapped = models.BinaryField(editable=False)
    recovery_id = models.CharField(max_length=16)
    shown_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account"], name="recovery_key_once")]

    def __str__(self) -> str:
        return f"Recovery key {self.recovery_id}"
