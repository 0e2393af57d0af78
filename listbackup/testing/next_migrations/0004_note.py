"""A release of tomorrow: one column and one index more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activity", "0003_archive")]
    operations = [
        migrations.AddField("entry", "note", models.CharField(max_length=20, default="none", db_default="none")),
        migrations.AddIndex("entry", models.Index(fields=["note"], name="entry_note")),
    ]
