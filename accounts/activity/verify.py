"""Proves that an organization's log is as it was written, from entry 1 to the one that its head names.

Archived entries are read from the storage, so that the chain is whole from its very first entry on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.access.schema import entered
from accounts.activity import chain, heads
from accounts.activity.archive import hold_archiver, lines_of
from accounts.activity.models import Archive, Entry
from accounts.models import ActivityHead, Organization
from listbackup.core.errors import ListBackupError


@dataclass
class Verdict:
    """`broken_at` is the number of the first entry that does not fit, `why` says how; `entries` counts what fitted."""

    entries: int = 0
    broken_at: int | None = None
    why: str = ""

    @property
    def ok(self) -> bool:
        return self.broken_at is None

    @property
    def sentence(self) -> str:
        """What is wrong, for people."""
        return "" if self.ok else f"Entry {self.broken_at}: {self.why}."


class Walk:
    """Follows the chain, a line at a time; `number` and `hash` are of the last that fitted."""

    def __init__(self) -> None:
        self.number, self.hash = 0, ""
        self.verdict = Verdict()

    def over(self, lines: Iterable[Mapping[str, Any]]) -> bool:
        """Whether all of them are the next of the chain; if not, the verdict says why."""
        return all(self._step(said) for said in lines)

    def stop(self, number: int, why: str) -> bool:
        self.verdict.broken_at, self.verdict.why = number, why
        return False

    def _step(self, said: Mapping[str, Any]) -> bool:
        number = int(said["number"])
        if number > self.number + 1:
            return self.stop(self.number + 1, "it was removed")
        if number <= self.number:
            return self.stop(number, "it is there twice")
        if chain.digest(said) != said["hash"]:
            return self.stop(number, "it was altered")
        if said["previous"] != self.hash:
            return self.stop(number, "it does not follow from the entry before it")
        self.number, self.hash = number, said["hash"]
        self.verdict.entries += 1
        return True


def verify(organization: Organization) -> Verdict:
    """Checks the whole log. Memory stays flat."""
    walk = Walk()
    with entered(organization), transaction.atomic():
        hold_archiver(organization)
        head = ActivityHead.objects.filter(organization=organization).first()
        end = head.number if head else 0
        if _over_archives(walk, organization) and walk.over(_table(0, end)) and _reaches(walk, head):
            # What was appended since, or by somebody who does not know of heads.
            walk.over(_table(end + 1, None)) and _ends(walk, organization)
    return walk.verdict


def _over_archives(walk: Walk, organization: Organization) -> bool:
    for archive in Archive.objects.order_by("first_number"):
        try:
            lines = lines_of(organization, archive)
        except ListBackupError as error:
            return walk.stop(archive.first_number, f"its archive cannot be read ({error.message})")
        if not walk.over(lines):
            return False
    return True


def _table(first: int, last: int | None) -> Iterable[dict[str, Any]]:
    entries = Entry.objects.filter(number__gte=first).order_by("number")
    if last is not None:
        entries = entries.filter(number__lte=last)
    return (chain.line(entry) for entry in entries.iterator(chunk_size=1000))


def _reaches(walk: Walk, head: ActivityHead | None) -> bool:
    """Whether the chain goes up to its head and has the hash that the head names."""
    if head is None:
        return walk.stop(1, "the record of the log's end is missing")
    if not heads.is_ours(head):
        return walk.stop(head.number, "the record of the log's end was not written by this server")
    if head.lost_at is not None:
        return walk.stop(head.lost_at, "the record of the log's end was missing here")
    if walk.number < head.number:
        return walk.stop(walk.number + 1, "it and what followed were removed from the end")
    if walk.hash != head.hash:
        return walk.stop(walk.number, "it is not the entry that was written last")
    return True


def _ends(walk: Walk, organization: Organization) -> bool:
    """Whether nothing follows that the head, which every entry moves along, does not know."""
    known = ActivityHead.objects.filter(organization=organization).values_list("number", flat=True).first() or 0
    return walk.number <= known or walk.stop(known + 1, "it was not written by this server")
