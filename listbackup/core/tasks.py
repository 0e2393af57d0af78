"""Base of all background tasks.

PostgreSQL is the truth and the broker is a bell: a task carries ids only, may run twice, and may never come.
Every task has an explicit name, is enqueued on commit, and does one call into the domain.
"""

from functools import partial
from typing import Any

import structlog
from celery import Task
from django.db import transaction

log = structlog.get_logger(__name__)


class BaseTask(Task):  # type: ignore[misc]
    """A Celery task that knows how to be enqueued after the present transaction."""

    abstract = True
    acks_late = True
    reject_on_worker_lost = True

    def ring(self, *, queue: str | None = None, headers: dict[str, str] | None = None, **kwargs: Any) -> None:
        """Enqueues on commit. A broker that is down is only logged: the sweepers find what is due."""
        transaction.on_commit(partial(self._send, queue, headers or {}, kwargs))

    def _send(self, queue: str | None, headers: dict[str, str], kwargs: dict[str, Any]) -> None:
        from kombu.exceptions import OperationalError  # late: slow

        try:
            self.apply_async(kwargs=kwargs, queue=queue, headers=headers, retry=False)
        except (OperationalError, OSError) as error:
            log.warning("bell_not_rung", task=self.name, error=str(error))
