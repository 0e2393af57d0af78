"""Replaces damaged objects of a source's newest snapshot (or of all) by good ones of the replica; exit 1 names what is left."""

from argparse import ArgumentParser
from typing import Any

from accounts.access.context import AccountContext
from backups.management.account_command import AccountCommand
from backups.selectors.snapshots import snapshots_of
from backups.services.replication import repair
from backups.services.snapshots import newest


class Command(AccountCommand):
    help = __doc__

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="SOURCE", help="id or name")
        parser.add_argument("--snapshots", action="store_true", help="every snapshot, not only the newest")

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        source = self.source(context, options)
        repaired, left = [], []
        for snapshot in snapshots_of(context, source) if options["snapshots"] else [newest(source)]:
            names, damages = repair(context, snapshot)
            repaired += names
            left += [{"kind": damage.kind, "object": damage.object, "detail": damage.detail} for damage in damages]
        return {"ok": not left, "repaired": repaired, "left": left, "exit_code": 1 if left else 0}

    def show(self, result: dict[str, Any]) -> None:
        for one in result["left"]:
            self.stderr.write(f"{one['kind']}: {one['object']}: {one['detail']}")
        self.stdout.write(f"{len(result['repaired'])} objects repaired, {len(result['left'])} still damaged.")
