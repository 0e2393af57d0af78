"""Shows snapshots in the storage that the database does not know (after platform_restore); --execute adopts them."""

from argparse import ArgumentParser
from typing import Any

from accounts.access.context import AccountContext
from accounts.access.schema import entered
from backups.management.account_command import AccountCommand, root_contexts
from backups.selectors.sources import sources_of
from backups.services.reconcile import adopt, plan_reconciliation
from listbackup.core.errors import ListBackupError


class Command(AccountCommand):
    help = __doc__

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--execute", action="store_true", help="adopt what the plan shows")

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        found: list[str] = []
        unclear: dict[str, str] = {}
        adopted = 0
        for each in iter([context]) if options["account"] else root_contexts():
            with entered(each.organization):
                for source in sources_of(each):
                    try:
                        plan = plan_reconciliation(source)
                        found += [one.name for one in plan.adopt]
                        unclear |= plan.unclear
                        adopted += len(adopt(each, source)) if options["execute"] and plan.adopt else 0
                    except ListBackupError as error:  # the others go on
                        unclear[str(source.pk)] = error.message
        return {"found": found, "adopted": adopted, "unclear": unclear, "exit_code": 1 if unclear else 0}

    def show(self, result: dict[str, Any]) -> None:
        for name, why in result["unclear"].items():
            self.stderr.write(f"{name}: {why}")
        for name in result["found"]:
            self.stdout.write(name)
        self.stdout.write(f"{len(result['found'])} snapshots found, {result['adopted']} adopted.")

    def _context(self, options: dict[str, Any]) -> AccountContext:
        return super()._context(options) if options["account"] else next(root_contexts())
