"""Wraps the keys of all accounts by the newest master key (MASTER_KEY or KMS_KEY_ID); with --new-key makes new account keys.

Jobs may run meanwhile. Start it after the new key is configured in front of the old one; when it ended with exit code 0,
the old one can be taken away.
"""

from argparse import ArgumentParser
from typing import Any

from accounts.access.context import AccountContext
from accounts.access.resolve import system_context
from accounts.access.schema import entered
from accounts.enums import Via
from accounts.models import Account
from backups.management.account_command import AccountCommand, root_contexts
from backups.models import AccountKey
from backups.services.keys import rewrap, rotate
from listbackup.core.errors import ListBackupError


class Command(AccountCommand):
    help = __doc__

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new-key", action="store_true", help="also a new version of each account's key")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"] and not options["account"]:
            parser = self.create_parser("manage.py", "rotate_keys")
            parser.error("--new-key needs --account")
        super().handle(*args, **options)

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        accounts = [context.account] if options["account"] else list(Account.objects.order_by("id"))
        wrapped, versions, failed = 0, 0, []
        for account in accounts:
            each = system_context(account, via=Via.COMMAND)
            with entered(account.organization):
                if not AccountKey.objects.filter(account=account).exists():
                    continue
                try:
                    wrapped += rewrap(each)
                    if options["new_key"]:
                        versions += bool(rotate(each))
                except ListBackupError as error:  # one customer's key that is out of reach must not stop the others
                    failed.append({"account": str(account.pk), "code": error.code, "error": error.message})
        return {
            "ok": not failed,
            "accounts": len(accounts),
            "wrapped": wrapped,
            "new_versions": versions,
            "failed": failed,
            "exit_code": 1 if failed else 0,
        }

    def show(self, result: dict[str, Any]) -> None:
        for one in result["failed"]:
            self.stderr.write(f"{one['account']}: {one['error']}")
        self.stdout.write(f"{result['wrapped']} secrets wrapped anew, {result['new_versions']} new account keys.")

    def _context(self, options: dict[str, Any]) -> AccountContext:
        return super()._context(options) if options["account"] else next(root_contexts())
