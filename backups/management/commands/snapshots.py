"""Lists a source's snapshots, newest first."""

from argparse import ArgumentParser
from typing import Any

from accounts.access.context import AccountContext
from backups.management.account_command import AccountCommand
from backups.selectors.snapshots import snapshots_of
from listbackup.core.clock import rfc3339


class Command(AccountCommand):
    help = __doc__

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="SOURCE", help="id or name")
        parser.add_argument("--limit", type=int, default=100)

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        source = self.source(context, options)
        rows = [
            {
                "snapshot": str(row.pk),
                "number": row.number,
                "taken_at": rfc3339(row.taken_at),
                "status": row.status,
                "records": row.records,
                "new": row.new,
                "changed": row.changed,
                "unchanged": row.unchanged,
                "deleted": row.deleted,
                "bytes_stored": row.bytes_stored,
                "verified_at": rfc3339(row.verified_at) if row.verified_at else None,
                "verified_ok": row.verified_ok,
                "manifest": row.manifest_name,
                "streams": row.streams,
            }
            for row in snapshots_of(context, source)[: options["limit"]]
        ]
        return {"source": str(source.pk), "snapshots": rows}

    def show(self, result: dict[str, Any]) -> None:
        for row in result["snapshots"]:
            proof = f"verified {row['verified_at']}" if row["verified_ok"] else "not verified"
            self.stdout.write(
                f"{row['number']:>5}  {row['taken_at']}  {row['status']:<10}  {row['records']:>10,} records"
                f"  +{row['new']} ~{row['changed']} -{row['deleted']}  {proof}  {row['snapshot']}"
            )
