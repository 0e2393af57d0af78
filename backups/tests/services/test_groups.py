"""Source groups: what is in them, and one backup of all of it."""

from typing import Any

import pytest

from accounts.activity.models import Entry
from backups.enums import GroupStatus
from backups.errors import GroupNameTaken
from backups.models import Job, Source, SourceGroup
from backups.services import groups
from backups.services.jobs import start_job
from backups.services.sources import delete_source
from listbackup.core.errors import InvalidInput

pytestmark = pytest.mark.usefixtures("rung")


@pytest.fixture
def three(make_source: Any) -> list[Source]:
    return [make_source(name=f"Source {number}") for number in range(3)]


def test_sources_are_added_once_and_removed(olga: Any, three: list[Source]) -> None:
    group = groups.create_group(olga, name="  Sales   tools ", sources=three[:1])
    assert group.name == "Sales tools"
    groups.add_sources(olga, group, three)
    groups.add_sources(olga, group, three)
    assert group.sources.count() == 3
    groups.remove_source(olga, group, three[0])
    assert set(group.sources.all()) == set(three[1:])
    assert Source.objects.count() == 3
    actions = set(Entry.objects.filter(object_type__icontains="group").values_list("action", flat=True))
    assert {"group.created", "group.sources_added", "group.source_removed"} <= actions


def test_one_backup_of_a_group_is_one_batch(olga: Any, three: list[Source], rung: list[str]) -> None:
    group = groups.create_group(olga, name="All", sources=three)
    rung.clear()
    batch, jobs = groups.sync_group(olga, group)
    assert len(jobs) == 3 and {job.batch_id for job in jobs} == {batch}
    assert set(Job.objects.filter(batch_id=batch).values_list("trigger", flat=True)) == {"group"}
    assert set(rung) == {str(job.pk) for job in jobs}


def test_sources_that_cannot_run_are_left_out_and_named(olga: Any, three: list[Source]) -> None:
    group = groups.create_group(olga, name="All", sources=three)
    start_job(olga, source=three[0])
    three[1].connection.status = "needs_reconnect"
    three[1].connection.save()
    _, jobs = groups.sync_group(olga, group)
    assert [job.source_id for job in jobs] == [three[2].pk]
    skipped = Entry.objects.get(action="group.synced").detail["skipped"]
    assert len(skipped) == 2 and any("Source 0" in line for line in skipped)


def test_deleted_sources_and_those_of_other_accounts_are_not_run(
    olga: Any, tenant: Any, three: list[Source], make_source: Any
) -> None:
    group = groups.create_group(olga, name="All", sources=three)
    delete_source(olga, three[0], erase=False)
    _, jobs = groups.sync_group(olga, group)
    assert len(jobs) == 2
    north = tenant.context(tenant.olga, tenant.north)
    assert groups.sync_group(north, group)[1] == [], "from below nothing above is visible"


def test_names_are_unique_in_an_account_and_not_empty(olga: Any) -> None:
    groups.create_group(olga, name="Same")
    with pytest.raises(GroupNameTaken):
        groups.create_group(olga, name="Same")
    with pytest.raises(InvalidInput):
        groups.create_group(olga, name=" \0 ")
    other = groups.create_group(olga, name="Other")
    with pytest.raises(GroupNameTaken):
        groups.update_group(olga, other, name="Same")


def test_archiving_and_removing_a_group_leaves_its_sources(olga: Any, three: list[Source]) -> None:
    group = groups.create_group(olga, name="All", sources=three)
    assert groups.update_group(olga, group, archived=True, description="a\0b").status == GroupStatus.ARCHIVED
    assert group.description == "ab"
    groups.delete_group(olga, group)
    assert not SourceGroup.objects.exists() and Source.objects.count() == 3
