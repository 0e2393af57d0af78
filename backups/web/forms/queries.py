"""Forms of the SQL page."""

from uuid import UUID

from django import forms

from backups.models import Snapshot
from backups.query.sql import MOST_SQL


class QueryForm(forms.Form):
    """One statement, and the snapshot that it is asked of (the newest one when none is chosen)."""

    sql = forms.CharField(
        label="SELECT",
        max_length=MOST_SQL,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )
    snapshot = forms.ChoiceField(label="As of", required=False, choices=[])

    def __init__(self, *args: object, snapshots: list[Snapshot], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._snapshots = {str(one.pk): one for one in snapshots}
        choices = [(str(one.pk), f"{one.taken_at:%Y-%m-%d %H:%M} UTC, number {one.number}") for one in snapshots]
        self.fields["snapshot"].choices = [("", "the last snapshot"), *choices]  # type: ignore[attr-defined]

    def chosen(self) -> Snapshot | None:
        return self._snapshots.get(self.cleaned_data["snapshot"])


class SaveForm(forms.Form):
    name = forms.CharField(max_length=100)
    sql = forms.CharField(max_length=MOST_SQL)


class SavedForm(forms.Form):
    query = forms.UUIDField()

    def pk(self) -> UUID:
        return UUID(str(self.cleaned_data["query"]))
