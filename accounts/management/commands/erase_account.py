"""Erases an account, everything below it and all its data for ever, without the thirty days of grace."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.access.resolve import find_account
from accounts.errors import AccountNotFound
from accounts.services.closing import erase_account


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", metavar="ID|SLUG")
        parser.add_argument("--yes", required=True, metavar="NAME", help="the account's name, to be sure")
        parser.add_argument("--json", action="store_true", help="one machine-readable line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            account = find_account(options["account"])
        except AccountNotFound as error:
            raise CommandError(f"{error.message} {error.remedy}") from None
        if options["yes"] != account.name:
            raise CommandError(
                f"--yes does not have the name of the account, which is {account.name!r}. Nothing is done."
            )
        erase_account(account)
        line = {"ok": True, "account": str(account.pk), "name": options["yes"]}
        self.stdout.write(json.dumps(line) if options["json"] else f"{options['yes']} is erased.")
