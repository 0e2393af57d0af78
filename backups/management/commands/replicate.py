"""Copies what the replica lacks (of one source, or of everybody) and shows how far it is behind; exit 1 while anything waits."""

from argparse import ArgumentParser
from typing import Any

from accounts.access.context import AccountContext
from accounts.access.schema import entered
from backups.management.account_command import AccountCommand, root_contexts
from backups.models import Source
from backups.selectors.sources import sources_of
from backups.services.replication import is_configured, lag_of, replicate
from listbackup.core.errors import InvalidInput


class Command(AccountCommand):
    help = __doc__

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", nargs="?", metavar="SOURCE", help="id or name; else every source of everybody")
        parser.add_argument("--lag", action="store_true", help="only show how far it is behind")

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        if not is_configured():
            raise InvalidInput("There is no replica.", code="replica.none", remedy="Set REPLICA_STORAGE_URL.")
        everybody = not options["source"] and not options["account"]
        copied = waiting = 0
        oldest = 0.0
        for each in root_contexts() if everybody else iter([context]):
            with entered(each.organization):
                sources = [self.source(each, options)] if options["source"] else list(sources_of(each))
                if not options["lag"]:
                    copied += sum(self._one(each, source) for source in sources)
                lag = lag_of(sources)
                waiting, oldest = waiting + lag.waiting, max(oldest, lag.seconds)
        return {"copied": copied, "waiting": waiting, "lag_seconds": round(oldest), "exit_code": 1 if waiting else 0}

    def show(self, result: dict[str, Any]) -> None:
        self.stdout.write(
            f"{result['copied']} snapshots copied, {result['waiting']} waiting, {result['lag_seconds']} s behind."
        )

    def _one(self, context: AccountContext, source: Source) -> int:
        return replicate(context, source)

    def _context(self, options: dict[str, Any]) -> AccountContext:
        if not options["source"] and not options["account"]:
            return next(root_contexts())
        return super()._context(options)
