"""Forms about sources and groups."""

from collections.abc import Sequence
from typing import Any

from django import forms

from backups.errors import ScheduleInvalid
from backups.schedule.timetable import check_schedule
from integrations.connector.records import StreamInfo
from listbackup.core.web.forms import TypedNameForm

SCHEDULES = [
    ("every:15m", "Every 15 minutes"),
    ("hourly", "Every hour"),
    ("daily", "Every day, when we have least to do"),
    ("daily:02:00", "Every day at 02:00"),
    ("weekly:sun:02:00", "Every Sunday at 02:00"),
    ("manual", "Only when I say so"),
]


class SourceForm(forms.Form):
    """Name, streams and schedule of a source; `streams` are those the connection can read."""

    name = forms.CharField(max_length=150, required=False, help_text="Leave it empty to use the connection's name.")
    streams = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose none to back up everything, also what comes later.",
    )
    schedule = forms.ChoiceField(choices=SCHEDULES, initial="daily")

    def __init__(self, *args: Any, streams: Sequence[StreamInfo] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["streams"].choices = [(stream.name, stream.label or stream.name) for stream in streams]  # type: ignore[attr-defined]


class SourceSettingsForm(SourceForm):
    """The same with the schedule as text, so that any of its forms can be kept."""

    schedule = forms.CharField(  # type: ignore[assignment]
        max_length=100,
        help_text="hourly · daily · daily:02:30 · weekly:mon:02:30 · every:15m · cron:30 2 * * * · manual",
    )

    def clean_schedule(self) -> str:
        try:
            return check_schedule(str(self.cleaned_data["schedule"]))
        except ScheduleInvalid as error:
            raise forms.ValidationError(f"{error.message} {error.remedy}") from None


class GroupForm(forms.Form):
    name = forms.CharField(max_length=150)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=5000)


class ConfirmForm(TypedNameForm):
    """The name typed, and whether the snapshots go as well."""

    erase = forms.BooleanField(required=False, label="Also erase its snapshots, thirty days from now")
