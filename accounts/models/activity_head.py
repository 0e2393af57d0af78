"""Where an organization's activity log ends: kept apart from the log, so that a log cut off at its end shows."""

from django.db import models

from listbackup.core.db import BaseModel


class ActivityHead(BaseModel):
    """The newest entry of one organization's chain. Locked by whoever appends, until their transaction ends.

    `seal` is a keyed hash over number and hash: who can only write to the database cannot make one.
    """

    organization = models.OneToOneField(
        "accounts.Organization", on_delete=models.CASCADE, related_name="activity_head", editable=False
    )
    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64)
    lost_at = models.BigIntegerField(
        null=True, blank=True, help_text="the entry after which this row was missing and had to be made anew"
    )
    oldest_at = models.DateTimeField(null=True, blank=True, help_text="of the first entry that is not archived")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["oldest_at"], name="activity_head_oldest")]

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.number}"
