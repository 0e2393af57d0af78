"""manage.py sandbox: serve the imitated platforms alone."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Serves an imitation of HubSpot: seeded data, OAuth consent page, rate limits, faults to switch on."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        from integrations.sandbox.cli import add_options

        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        from integrations.sandbox.cli import run
        from listbackup.core.errors import ListBackupError

        try:
            run(options)
        except (ListBackupError, OSError) as error:
            raise CommandError(f"The sandbox did not start: {error}") from error
