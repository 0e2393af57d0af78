"""Public tables that say what is due, so that nobody ever walks through every organization's schema."""

from django.db import models

from listbackup.core.db import BaseModel


class DueSource(BaseModel):
    """When a source must run next. `slot` is the planned time, `due_at` when to try it (later after a hiccup)."""

    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    source_id = models.UUIDField(unique=True)
    due_at = models.DateTimeField()
    slot = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="due_source_due")]

    def __str__(self) -> str:
        return f"{self.source_id} at {self.due_at:%Y-%m-%d %H:%M}"


class ActiveJob(BaseModel):
    """A job that is not finished, and when the sweeper should look at it."""

    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    job_id = models.UUIDField(unique=True)
    queue = models.CharField(max_length=20)
    next_check_at = models.DateTimeField()
    rings = models.PositiveIntegerField(default=0, help_text="times the sweeper had to send it again")

    class Meta:
        indexes = [models.Index(fields=["next_check_at"], name="active_job_check")]

    def __str__(self) -> str:
        return f"{self.job_id} in {self.queue}"


class DueCare(BaseModel):
    """When a source's stored data is looked after next: verified, and rid of what dead runs left behind."""

    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    source_id = models.UUIDField(unique=True)
    due_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="due_care_due")]

    def __str__(self) -> str:
        return f"{self.source_id} at {self.due_at:%Y-%m-%d %H:%M}"
