"""The SQL that makes an organization's schema: a dump of the migrated template, one row."""

from django.db import models


class SchemaTemplate(models.Model):
    fingerprint = models.CharField(max_length=64, help_text="of the template's applied migrations")
    sql = models.TextField()
    made_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.fingerprint
