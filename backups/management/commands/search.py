"""Finds records of a snapshot whose JSON contains a text."""

from argparse import ArgumentParser
from typing import Any

from accounts.access.context import AccountContext
from backups.management.account_command import AccountCommand
from backups.selectors.snapshots import find_snapshot
from backups.services.snapshots import view_of


class Command(AccountCommand):
    help = __doc__

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="SOURCE", help="id or name")
        parser.add_argument("text", metavar="TEXT")
        parser.add_argument("--at", default="", metavar="SNAPSHOT|TIME")
        parser.add_argument("--limit", type=int, default=50)

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        snapshot = find_snapshot(context, self.source(context, options), options["at"])
        with view_of(snapshot) as view:
            hits = view.search(options["text"], limit=options["limit"])
        rows = [{"stream": hit.stream, "key": hit.row.key, "record": hit.row.raw.decode()} for hit in hits]
        return {"snapshot": str(snapshot.pk), "hits": rows, "exit_code": 0 if rows else 1}

    def show(self, result: dict[str, Any]) -> None:
        for hit in result["hits"]:
            self.stdout.write(f"{hit['stream']} {hit['key']}: {hit['record'][:300]}")
        if not result["hits"]:
            self.stderr.write("Nothing found.")
