"""Checks the hash chain of the activity log: of one organization, or of all. Exit 1 names the first broken entry of each."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.access.resolve import find_account
from accounts.activity.verify import verify
from accounts.errors import AccountNotFound
from accounts.models import Organization


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", metavar="ID|SLUG", help="only this account's organization")
        parser.add_argument("--json", action="store_true", help="one machine-readable line")

    def handle(self, *args: Any, **options: Any) -> None:
        organizations = Organization.objects.order_by("id")
        if options["account"]:
            try:
                organizations = organizations.filter(pk=find_account(options["account"]).organization_id)
            except AccountNotFound as error:
                raise CommandError(f"{error.message} {error.remedy}") from None
        results = [self._check(organization) for organization in organizations]
        broken = [one for one in results if one["broken_at"] is not None]
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not broken, "organizations": len(results), "broken": broken}))
        else:
            for one in results:
                told = "whole" if one["broken_at"] is None else f"broken at entry {one['broken_at']}: {one['why']}"
                self.stdout.write(f"{one['name']}: {one['entries']} entries, {told}")
        if broken:
            sys.exit(1)

    @staticmethod
    def _check(organization: Organization) -> dict[str, Any]:
        verdict = verify(organization)
        return {"name": organization.name} | asdict(verdict)
