"""The form of an export."""

from django import forms

from backups.enums import ExportFormat
from backups.models import Snapshot


class ExportForm(forms.Form):
    """Nothing chosen means everything."""

    format = forms.ChoiceField(
        choices=[
            (ExportFormat.JSONL, "JSON Lines: every record exactly as the platform sent it"),
            (ExportFormat.CSV, "CSV: a table for each stream"),
            (ExportFormat.XLSX, "Excel: a workbook for each stream"),
            (ExportFormat.PARQUET, "Parquet: typed columns, and the exact record"),
        ],
        initial=ExportFormat.JSONL,
    )
    search = forms.CharField(
        label="Only records that contain", max_length=200, required=False, help_text="Any text. Empty: all records."
    )
    streams = forms.MultipleChoiceField(
        label="Only these streams", required=False, choices=[], widget=forms.SelectMultiple(attrs={"size": 10})
    )

    def __init__(self, *args: object, snapshot: Snapshot, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        found = [(one["name"], f"{one['label'] or one['name']} ({one['records']:,})") for one in snapshot.streams]
        self.fields["streams"].choices = found  # type: ignore[attr-defined]
