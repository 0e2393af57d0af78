"""Restores ListBackup's own database from a sealed dump into an empty database: all of it or nothing.

Needs MASTER_KEY (or the KMS key) of the time of the dump. Run reconcile_store afterwards.
"""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backups.services.platform_backup import platform_backups, restore_platform
from listbackup.core.errors import ListBackupError


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="latest", metavar="NAME", help="a backup's name; the newest")
        parser.add_argument("--into", metavar="DATABASE", help="an empty database of the same server; else the own one")
        parser.add_argument("--replica", action="store_true", help="read it from the replica")
        parser.add_argument("--list", action="store_true", help="only list the backups")
        parser.add_argument("--json", action="store_true", help="one machine-readable line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["list"]:
                names = platform_backups()
                self.stdout.write(json.dumps({"backups": names}) if options["json"] else "\n".join(names))
                return
            into = options["into"] or str(settings.DATABASES["default"]["NAME"])
            name = restore_platform(options["name"], into, replica=options["replica"])
        except ListBackupError as error:
            raise CommandError(f"{error.message} {error.remedy}".strip()) from None
        self.stdout.write(json.dumps({"name": name, "into": into}) if options["json"] else f"{name} is in {into}.")
