"""Source groups: named sets of sources that can be backed up together."""

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups.enums import GroupStatus, SourceStatus, Trigger
from backups.errors import GroupNameTaken, JobAlreadyRunning, SourceNotReady
from backups.models import Job, Source, SourceGroup
from backups.services.jobs import start_job
from listbackup.core.errors import InvalidInput
from listbackup.core.ids import uuid7
from listbackup.core.text import one_line


@transaction.atomic
def create_group(
    context: AccountContext, *, name: str, description: str = "", sources: Iterable[Source] = ()
) -> SourceGroup:
    """Raises InvalidInput for an empty name, GroupNameTaken."""
    group = SourceGroup(
        account=context.account, name=_clean(name), description=description.replace("\0", ""), created_by=context.user
    )
    _save(group, insert=True)
    group.sources.set(sources)
    record(context, "group.created", group)
    return group


@transaction.atomic
def update_group(
    context: AccountContext,
    group: SourceGroup,
    *,
    name: str | None = None,
    description: str | None = None,
    archived: bool | None = None,
) -> SourceGroup:
    if name is not None:
        group.name = _clean(name)
    if description is not None:
        group.description = description.replace("\0", "")
    if archived is not None:
        group.status = GroupStatus.ARCHIVED if archived else GroupStatus.ACTIVE
    _save(group)
    record(context, "group.updated", group)
    return group


@transaction.atomic
def delete_group(context: AccountContext, group: SourceGroup) -> None:
    """The sources stay."""
    record(context, "group.deleted", group)
    group.delete()


@transaction.atomic
def add_sources(context: AccountContext, group: SourceGroup, sources: Iterable[Source]) -> None:
    added = list(sources)
    group.sources.add(*added)
    record(context, "group.sources_added", group, sources=[str(source.pk) for source in added])


@transaction.atomic
def remove_source(context: AccountContext, group: SourceGroup, source: Source) -> None:
    group.sources.remove(source)
    record(context, "group.source_removed", group, source=str(source.pk))


@transaction.atomic
def sync_group(context: AccountContext, group: SourceGroup) -> tuple[UUID, list[Job]]:
    """Starts a backup of every source that can be backed up now: the batch's id and the jobs.

    A source that is being backed up already, or needs to be reconnected, is left out; the activity says so.
    """
    batch_id, jobs, skipped = uuid7(), [], []
    # In order of ids, so that two batches never wait for each other's locks.
    for source in group.sources.visible_to(context).exclude(status=SourceStatus.DELETED).order_by("pk"):
        try:
            with transaction.atomic():
                jobs.append(start_job(context, source=source, trigger=Trigger.GROUP, batch_id=batch_id))
        except (JobAlreadyRunning, SourceNotReady) as error:
            skipped.append(f"{source.name}: {error.message}")
    record(context, "group.synced", group, batch=str(batch_id), jobs=len(jobs), skipped=skipped[:50])
    return batch_id, jobs


def _clean(name: str) -> str:
    cleaned = one_line(name, 150)
    if not cleaned:
        raise InvalidInput("A group needs a name.", fields={"name": ["Give it a name."]})
    return cleaned


def _save(group: SourceGroup, *, insert: bool = False) -> None:
    try:
        with transaction.atomic():
            group.save(force_insert=insert)
    except IntegrityError:
        raise GroupNameTaken(
            f"There is already a group called {group.name}.", fields={"name": ["This name is taken."]}
        ) from None
