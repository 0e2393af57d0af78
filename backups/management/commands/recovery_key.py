"""The account's recovery key. With it and the files alone, `bin/read-backup` opens every snapshot: keep it safe."""

from typing import Any

from accounts.access.context import AccountContext
from backups.management.account_command import AccountCommand
from backups.services.keys import recovery_key


class Command(AccountCommand):
    help = __doc__
    needs_account = True

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        return {"account": str(context.account_id), "recovery_key": recovery_key(context)}

    def show(self, result: dict[str, Any]) -> None:
        self.stdout.write(result["recovery_key"])
