"""Brings the public schema, the template and every organization up to date."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.schemas import migrate_tenants


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one machine-readable line")

    def handle(self, *args: Any, **options: Any) -> None:
        report = migrate_tenants()
        if options["json"]:
            self.stdout.write(json.dumps({name: len(value) for name, value in asdict(report).items()}))
            return
        self.stdout.write(
            f"{len(report.up_to_date)} up to date, {len(report.replayed)} replayed, {len(report.migrated)} migrated"
        )
