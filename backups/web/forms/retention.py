"""Forms about retention and holds."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django import forms

from backups.models import Snapshot
from backups.retention.policy import MOST, NAMES, Policy
from backups.services.holds import REASON
from backups.services.retention import InForce

ACCOUNT, EVERYTHING, RULES = "account", "everything", "rules"
LABELS = {
    "days": "Every snapshot of so many days",
    "last": "So many of the newest",
    "hourly": "One an hour, for so many hours",
    "daily": "One a day, for so many days",
    "weekly": "One a week, for so many weeks",
    "monthly": "One a month, for so many months",
    "yearly": "One a year, for so many years",
}


class RetentionForm(forms.Form):
    """The account's rules, everything, or rules of the source's own. `policy` is its text once it is valid."""

    keep = forms.ChoiceField(widget=forms.RadioSelect, label="What is kept")

    def __init__(self, *args: Any, in_force: InForce, **kwargs: Any) -> None:
        own = asdict(in_force.policy)
        kept = ACCOUNT if not in_force.own else EVERYTHING if in_force.policy.keeps_everything else RULES
        kwargs.setdefault("initial", {"keep": kept, **(own if kept == RULES else {})})
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = [  # type: ignore[attr-defined]
            (ACCOUNT, "What the account says"),
            (EVERYTHING, "Every snapshot, for ever"),
            (RULES, "By these rules; a snapshot stays as long as one of them keeps it"),
        ]
        for name in NAMES:
            self.fields[name] = forms.IntegerField(
                label=LABELS[name], min_value=0, max_value=MOST[name], required=False, widget=forms.NumberInput()
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("keep") == RULES and not self.errors and self._rules(cleaned).keeps_everything:
            self.add_error("keep", "At least one rule must keep something.")
        return cleaned

    @property
    def policy(self) -> str:
        """Empty for the account's."""
        kept = self.cleaned_data["keep"]
        if kept == ACCOUNT:
            return ""
        return str(Policy() if kept == EVERYTHING else self._rules(self.cleaned_data))

    @staticmethod
    def _rules(cleaned: dict[str, Any]) -> Policy:
        return Policy(**{name: cleaned.get(name) or 0 for name in NAMES})


class HoldForm(forms.Form):
    """`on`: empty for the whole source, or the id of one of `snapshots`."""

    on = forms.ChoiceField(required=False, label="What must stay")
    reason = forms.CharField(max_length=REASON, help_text="A case number, an audit: it is in the activity for good.")

    def __init__(self, *args: Any, snapshots: Sequence[Snapshot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        each = [(str(one.pk), f"Snapshot {one.number} of {one.taken_at:%d %b %Y, %H:%M}") for one in snapshots]
        self.fields["on"].choices = [("", "All snapshots of this source, also those to come"), *each]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=REASON, help_text="A case number, an audit: it is in the activity for good.")
