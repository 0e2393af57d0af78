"""Applies the retention, removes snapshots whose date has come, and collects objects nobody needs; by default it only says
what it would do."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from accounts.access.context import AccountContext
from accounts.access.schema import entered
from backups.management.account_command import AccountCommand, root_contexts
from backups.models import Snapshot, Source
from backups.selectors.sources import deleted_sources, sources_of
from backups.services.collection import plan_collection
from backups.services.upkeep import tidy
from listbackup.core.clock import now
from listbackup.core.web import wording


class Command(AccountCommand):
    help = __doc__

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", nargs="?", metavar="SOURCE", help="id or name; without it every source")
        parser.add_argument("--execute", action="store_true", help="do it; it is done every night anyway")

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        found = {"sources": 0, "objects": 0, "bytes": 0, "snapshots_due": 0, "executed": bool(options["execute"])}
        every = not options["source"] and not options["account"]
        for each in root_contexts() if every else iter([context]):
            with entered(each.organization):
                for source in self._chosen(each, options):
                    due = Snapshot.objects.filter(source=source, delete_at__lte=now()).count()
                    plan = plan_collection(source)
                    objects = tidy(each, source) if options["execute"] else plan.count
                    found["sources"] += 1
                    found["objects"] += objects
                    found["bytes"] += plan.bytes
                    found["snapshots_due"] += due
        return found

    def show(self, result: dict[str, Any]) -> None:
        done = "removed" if result["executed"] else "can be removed"
        self.stdout.write(
            f"{result['sources']} sources: {result['snapshots_due']} snapshots are due, {result['objects']} objects "
            f"{done} ({wording.filesize_si(result['bytes'])} without a snapshot that needs them)."
        )

    def _context(self, options: dict[str, Any]) -> AccountContext:
        if not options["source"] and not options["account"]:
            return next(root_contexts())
        return super()._context(options)

    def _chosen(self, context: AccountContext, options: dict[str, Any]) -> Iterator[Source]:
        if options["source"]:
            yield self.source(context, options)
            return
        yield from sources_of(context)
        yield from deleted_sources(context)
