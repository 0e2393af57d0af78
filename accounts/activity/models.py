"""What happened, by whom: one row a fact, each chained to the one before it by a hash."""

from django.db import models

from accounts.access.querysets import TenantManager, TenantModel
from accounts.activity.wording import sentence
from accounts.enums import Via
from listbackup.core.db import BaseModel, public_key


class Entry(TenantModel):
    number = models.BigIntegerField(unique=True, editable=False)
    at = models.DateTimeField()
    user = public_key("accounts.User", null=True, blank=True)
    actor = models.CharField(max_length=200)
    via = models.CharField(max_length=10)
    ip = models.GenericIPAddressField(null=True, blank=True)
    device = models.CharField(max_length=80, blank=True, default="", db_default="")
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    object_label = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    correlation_id = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    hash_version = models.PositiveSmallIntegerField(default=2, db_default=1)

    class Meta(TenantModel.Meta):
        ordering = ["-number"]
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["account", "-number"], name="entry_account"),
            models.Index(fields=["object_type", "object_id", "-number"], name="entry_object"),
            models.Index(fields=["user", "-number"], name="entry_user"),
            models.Index(fields=["at"], name="entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.sentence}: {self.object_label}"

    @property
    def via_label(self) -> str:
        return dict(Via.choices).get(self.via, self.via)

    @property
    def sentence(self) -> str:
        return sentence(self.action)


class Archive(BaseModel):
    """A file of old entries in object storage, of all accounts of the organization: a day, or a part of a busy one."""

    name = models.CharField(max_length=100, unique=True)
    day = models.DateField(help_text="UTC")
    first_number = models.BigIntegerField(unique=True)
    last_number = models.BigIntegerField(unique=True)
    size = models.BigIntegerField(help_text="bytes, compressed and before it is sealed")

    objects = TenantManager()

    class Meta:
        ordering = ["first_number"]
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.day:%-d %B %Y}, entries {self.first_number} to {self.last_number}"
