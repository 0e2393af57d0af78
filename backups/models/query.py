"""SQL that people keep to ask again."""

from django.db import models

from accounts.access.querysets import TenantModel
from listbackup.core.db import public_key


class SavedQuery(TenantModel):
    source = models.ForeignKey("backups.Source", on_delete=models.CASCADE, related_name="saved_queries")
    name = models.CharField(max_length=100)
    sql = models.TextField()
    created_by = public_key("accounts.User", null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        verbose_name_plural = "saved queries"
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="saved_query_name_once")]

    def __str__(self) -> str:
        return self.name
