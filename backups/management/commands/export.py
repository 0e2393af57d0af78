"""Writes everything readable of a snapshot to a folder or a ZIP, with checksums.txt."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups.enums import ExportFormat
from backups.management.account_command import AccountCommand
from backups.query.export import export_snapshot
from backups.selectors.snapshots import find_snapshot
from backups.services.snapshots import view_of


class Command(AccountCommand):
    help = __doc__

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="SOURCE", help="id or name")
        parser.add_argument("--at", default="", metavar="SNAPSHOT|TIME", help="the newest when left out")
        parser.add_argument("--to", required=True, metavar="DIR|FILE.zip")
        parser.add_argument("--format", default=ExportFormat.JSONL, choices=ExportFormat.values)
        parser.add_argument("--streams", default="", metavar="a,b")

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        snapshot = find_snapshot(context, self.source(context, options), options["at"])
        streams = [name for name in options["streams"].split(",") if name] or None
        records: dict[str, int] = {}
        with view_of(snapshot) as view:
            sums = export_snapshot(view, Path(options["to"]), options["format"], streams, progress=records.__setitem__)
        record(context, "export.written", snapshot, files=len(sums), records=sum(records.values()))
        return {"snapshot": str(snapshot.pk), "to": options["to"], "files": sums, "records": records}

    def show(self, result: dict[str, Any]) -> None:
        total = sum(result["records"].values())
        self.stdout.write(f"{total:,} records in {len(result['files'])} files: {result['to']}")
