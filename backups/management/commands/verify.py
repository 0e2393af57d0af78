"""Re-reads and re-hashes every stored object of a source's newest snapshot (or of all); exit 1 names each bad one."""

from argparse import ArgumentParser
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from accounts.access.context import AccountContext
from accounts.access.schema import entered
from backups.management.account_command import AccountCommand, root_contexts
from backups.models import Snapshot
from backups.selectors.snapshots import snapshots_of
from backups.selectors.sources import sources_of
from backups.services.snapshots import newest, verify_snapshot
from listbackup.core.errors import InvalidInput


class Command(AccountCommand):
    help = __doc__

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", nargs="?", metavar="SOURCE", help="id or name")
        parser.add_argument("--all", action="store_true", help="every source of the account, or of everybody")
        parser.add_argument("--snapshots", action="store_true", help="every snapshot, not only the newest")
        parser.add_argument(
            "--read-data",
            action="store_true",
            help="kept for scripts: every byte is always read, decrypted and decoded",
        )
        parser.add_argument("--share", metavar="1/30", help="only this share, those not verified for longest first")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"] == bool(options["source"]):
            raise self._usage()
        super().handle(*args, **options)

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        verified, damages = 0, []
        contexts = root_contexts() if options["all"] and not options["account"] else iter([context])
        for each in contexts:
            with entered(each.organization):
                for snapshot in self._chosen(each, options):
                    found = verify_snapshot(each, snapshot)
                    verified += 1
                    damages += [(snapshot, damage) for damage in found]
        listed = [
            {"source": str(s.source_id), "snapshot": str(s.pk), "kind": d.kind, "object": d.object, "detail": d.detail}
            for s, d in damages
        ]
        return {"ok": not damages, "snapshots": verified, "damages": listed, "exit_code": 1 if damages else 0}

    def show(self, result: dict[str, Any]) -> None:
        for damage in result["damages"]:
            self.stderr.write(f"{damage['kind']}: {damage['object']}: {damage['detail']}")
        self.stdout.write(f"{result['snapshots']} snapshots read, {len(result['damages'])} damaged objects.")

    def _context(self, options: dict[str, Any]) -> AccountContext:
        if options["all"] and not options["account"]:
            return next(root_contexts())
        return super()._context(options)

    def _chosen(self, context: AccountContext, options: dict[str, Any]) -> Iterator[Snapshot]:
        if options["source"]:
            source = self.source(context, options)
            rows = list(snapshots_of(context, source)) if options["snapshots"] else [newest(source)]
        elif options["snapshots"]:
            rows = list(snapshots_of(context))
        else:
            rows = [source.last_snapshot for source in sources_of(context) if source.last_snapshot is not None]
        rows.sort(key=lambda row: (row.verified_at is not None, row.verified_at))
        yield from rows[: _part(options["share"], len(rows))]

    @staticmethod
    def _usage() -> Exception:
        from django.core.management.base import CommandError

        return CommandError("Name a source, or say --all.")


def _part(share: str | None, count: int) -> int:
    """How many of `count`: at least one of some."""
    if not share:
        return count
    try:
        fraction = Fraction(share)
    except (ValueError, ZeroDivisionError):
        raise InvalidInput("--share expects a fraction such as 1/30.") from None
    return min(count, max(1, -(-count * fraction.numerator // fraction.denominator)))
