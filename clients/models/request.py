"""What a client asked for: records to download, or to be put back."""

from django.db import models

from accounts.access.querysets import TenantModel
from clients.enums import RequestKind, RequestState
from listbackup.core.db import public_key


class RestoreRequest(TenantModel):
    """`stream` with `key` names one record; `streams` some streams; `search` the records that contain it; nothing of
    these: all of the snapshot. `job` makes the file once it is approved."""

    client = models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="requests")
    person = models.ForeignKey("clients.ClientPerson", on_delete=models.SET_NULL, null=True, related_name="requests")
    source = models.ForeignKey("backups.Source", on_delete=models.CASCADE, related_name="+")
    snapshot = models.ForeignKey("backups.Snapshot", on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=RequestKind.choices)
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.WAITING)
    stream = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=1000, blank=True)
    streams = models.JSONField(default=list, blank=True)
    search = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=10, default="xlsx")
    message = models.TextField(max_length=2000, blank=True, help_text="why, in the client's words")
    answer = models.TextField(max_length=2000, blank=True, help_text="the agency's")
    decided_by = public_key("accounts.User", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey("backups.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["client", "-id"], name="restore_request_client"),
            models.Index(fields=["account", "state", "-id"], name="restore_request_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.source}"

    @property
    def what(self) -> str:
        """In words: what is asked for."""
        label = self.snapshot.label_of if self.snapshot else str
        if self.key:
            return f"the record {self.key} of {label(self.stream)}"
        named = ", ".join(label(name) for name in self.streams)
        if self.search:
            return f"records{f' of {named}' if named else ''} that contain “{self.search}”"
        return f"all of {named}" if named else "everything"
