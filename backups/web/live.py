"""What the live parts of a page need: the addresses to listen at and the state to begin with."""

from typing import Any

from django.urls import reverse

from backups.live import progress_of
from backups.models import Job

STEPS = ("Connect a platform", "Choose streams", "First backup")


def live(job: Job | None) -> dict[str, Any]:
    """Template context for `components/job_progress.html`."""
    if job is None:
        return {}
    return {
        "progress": progress_of(job),
        "live_socket": f"/ws/jobs/{job.pk}/",
        "live_poll": reverse("jobs:progress", args=[job.pk]),
    }


def steps(current: int) -> list[dict[str, str]]:
    """The onboarding's stepper; `current` counts from 1."""
    return [
        {"label": label, "state": "done" if number < current else "current" if number == current else "todo"}
        for number, label in enumerate(STEPS, start=1)
    ]
