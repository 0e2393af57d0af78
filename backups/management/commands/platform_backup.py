"""Dumps ListBackup's own database, sealed, into the snapshot storage and the replica, and reads every byte back."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backups.services.platform_backup import backup_platform
from listbackup.core.errors import ListBackupError


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one machine-readable line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            name, size = backup_platform()
        except ListBackupError as error:
            raise CommandError(f"{error.message} {error.remedy}".strip()) from None
        self.stdout.write(json.dumps({"name": name, "bytes": size}) if options["json"] else f"{name}: {size} bytes")
