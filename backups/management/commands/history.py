"""All versions of one record, newest first."""

from argparse import ArgumentParser
from typing import Any

from accounts.access.context import AccountContext
from backups.management.account_command import AccountCommand
from backups.services.snapshots import history_of, newest, view_of


class Command(AccountCommand):
    help = __doc__

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="SOURCE", help="id or name")
        parser.add_argument("stream", metavar="STREAM")
        parser.add_argument("key", metavar="KEY")

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        source = self.source(context, options)
        with view_of(newest(source)) as view:
            versions = history_of(source, view, options["stream"], options["key"])
        rows = [
            {
                "number": version.number,
                "snapshot": version.snapshot,
                "taken_at": version.taken_at,
                "op": "deleted" if version.op == "d" else "stored",
                "record": version.raw.decode() if version.raw is not None else None,
            }
            for version in versions
        ]
        return {"source": str(source.pk), "versions": rows, "exit_code": 0 if rows else 1}

    def show(self, result: dict[str, Any]) -> None:
        if not result["versions"]:
            self.stderr.write("No snapshot has such a record.")
        for row in result["versions"]:
            self.stdout.write(f"{row['taken_at']}  snapshot {row['number']}  {row['op']}")
            if row["record"] is not None:
                self.stdout.write(row["record"])
