"""Who acts without being a member: somebody outside, to whom parts of an organization were shared.

A guest's context goes through the same doors as a member's: `Model.objects.visible_to(context)` gives the shared rows
alone, `rules.require` allows what was granted alone.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Share:
    """One grant: the account at `path` with all below it, or `sources`. `since`: nothing older is shown."""

    permissions: frozenset[str]
    path: str = ""
    sources: frozenset[UUID] = frozenset()
    since: dt.datetime | None = None

    def covers(self, source_id: UUID, account_path: str) -> bool:
        return source_id in self.sources or bool(self.path and account_path.startswith(self.path))


@dataclass(frozen=True, slots=True)
class Guest:
    """`id` is the client's, `label` how the log names who acts."""

    id: UUID
    label: str
    shares: tuple[Share, ...] = ()

    def permissions_on(self, source_id: UUID, account_path: str) -> frozenset[str]:
        """All that is allowed with a source: what any grant that covers it allows."""
        covering = (share.permissions for share in self.shares if share.covers(source_id, account_path))
        return frozenset().union(*covering)

    def since_on(self, source_id: UUID, account_path: str) -> dt.datetime | None:
        """Before which nothing of the source is shown; None without such a limit."""
        times = [share.since for share in self.shares if share.covers(source_id, account_path)]
        return None if not times or None in times else min(time for time in times if time is not None)

    @property
    def permissions(self) -> frozenset[str]:
        """What is allowed with at least one shared source."""
        return frozenset().union(*(share.permissions for share in self.shares))


def shared_rows(model: Any, shares: Iterable[Share]) -> Q:
    """The rows of `model` that the grants show. A model says by `source_field` how it belongs to a source, and by
    `moment_field` when it was; one that says nothing shows nothing."""
    rows = Q(pk__in=[])
    if not model.source_field:
        return rows
    by_begin: dict[dt.datetime | None, list[Share]] = {}
    for share in shares:
        by_begin.setdefault(share.since, []).append(share)
    for since, alike in by_begin.items():
        one = Q(**{f"{model.source_field}__in": frozenset().union(*(share.sources for share in alike))})
        for path in {share.path for share in alike if share.path}:
            one |= Q(account__path__startswith=path)
        rows |= one & Q(**{f"{model.moment_field}__gte": since}) if since and model.moment_field else one
    return rows
