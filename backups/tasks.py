"""Background tasks of the backups app: each one call into the domain."""

from uuid import UUID

import structlog
from celery import shared_task

from accounts.access.context import AccountContext
from accounts.access.tasks import AccountTask
from listbackup.core.ids import parse_id
from listbackup.core.tasks import BaseTask

log = structlog.get_logger(__name__)


@shared_task(name="backups.run_job", base=AccountTask)
def run_job(context: AccountContext, job_id: str) -> str | None:
    from backups.pipeline.run import run_job as run  # late: heavy

    pk = _id(job_id)
    job = run(context, pk) if pk else None
    return job.state if job else None


@shared_task(name="backups.tick", base=BaseTask)
def tick() -> int:
    from backups.schedule.tick import tick as run  # late: heavy

    return run()


@shared_task(name="backups.sweep_jobs", base=BaseTask)
def sweep_jobs() -> int:
    from backups.schedule.sweep import sweep  # late: heavy

    return sweep()


@shared_task(name="backups.remove_expired_exports", base=BaseTask)
def remove_expired_exports() -> int:
    from backups.services.exports import remove_expired  # late: heavy

    return remove_expired()


@shared_task(name="backups.look_after", base=BaseTask)
def look_after() -> int:
    from backups.schedule.care import look_after as run  # late: heavy

    return run()


@shared_task(name="backups.collect_parts", base=AccountTask)
def collect_parts(context: AccountContext, source_id: str) -> int:
    from backups.services.upkeep import tidy_by_id  # late: heavy

    pk = _id(source_id)
    return tidy_by_id(context, pk) if pk else 0


@shared_task(name="backups.replicate", base=AccountTask)
def replicate(context: AccountContext, source_id: str) -> int:
    from backups.models import Source
    from backups.services.replication import replicate as run  # late: heavy

    pk = _id(source_id)
    source = Source.objects.select_related("account").filter(pk=pk).first() if pk else None
    return run(context, source) if source is not None else 0


@shared_task(name="backups.lock_objects", base=AccountTask)
def lock_objects(context: AccountContext, source_id: str) -> int:
    from backups.models import Source
    from backups.services.locks import extend  # late: heavy

    pk = _id(source_id)
    source = Source.objects.select_related("account").filter(pk=pk).first() if pk else None
    return extend(context, source) if source is not None else 0


@shared_task(name="backups.remove_unfinished_objects", base=BaseTask)
def remove_unfinished_objects() -> int:
    from backups.services.collection import remove_unfinished  # late: heavy

    return remove_unfinished()


def _id(text: object) -> UUID | None:
    """The argument as an id. A message that no version of ours sends is dropped: repeating it cannot help."""
    found = parse_id(text)
    if found is None:
        log.warning("task_argument_is_no_id", argument=repr(text)[:60])
    return found
