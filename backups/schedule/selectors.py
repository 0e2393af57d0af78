"""Reads about the schedule."""

from backups.schedule.models import DueSource
from listbackup.core.clock import now


def scheduler_lag() -> float | None:
    """Seconds by which the oldest due run is late, negative before it is due; None when nothing is scheduled."""
    first = DueSource.objects.order_by("due_at").values_list("due_at", flat=True).first()
    return None if first is None else (now() - first).total_seconds()
