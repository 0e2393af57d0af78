"""Base of commands about one organization's data: context, sources by name, one JSON line, errors as sentences."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from accounts.access.context import AccountContext
from accounts.access.resolve import find_account, system_context
from accounts.access.schema import entered
from accounts.enums import Via
from accounts.models import Account
from backups.errors import SourceNotFound
from backups.models import Source
from backups.selectors.sources import sources_of
from listbackup.core.errors import ListBackupError


class AccountCommand(BaseCommand):
    """Subclasses write `arguments(parser)` and `run(context, options) -> dict` (the JSON line) and `show(result)`.

    `source` names a source by id or name; without `--account` every organization is asked for it.
    """

    requires_system_checks: list[str] = []
    needs_account = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", required=self.needs_account, metavar="ID|SLUG", help="the account to act in")
        parser.add_argument("--json", action="store_true", help="one machine-readable line")
        self.arguments(parser)

    def arguments(self, parser: ArgumentParser) -> None:
        """Adds the command's own arguments."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            context = self._context(options)
            with entered(context.organization):
                result = self.run(context, options)
        except ListBackupError as error:
            self._fail(error, options)
            return
        code = int(result.pop("exit_code", 0))
        if options["json"]:
            self.stdout.write(json.dumps(result, default=str))
        else:
            self.show(result)
        if code:
            sys.exit(code)

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        """Does it; `exit_code` in the answer becomes the process's."""
        raise TypeError(f"{type(self).__name__} does nothing")

    def show(self, result: dict[str, Any]) -> None:
        """For people."""
        for name, value in result.items():
            self.stdout.write(f"{name}: {value}")

    def source(self, context: AccountContext, options: dict[str, Any]) -> Source:
        """The source that the argument `source` names, in the context's account. Raises SourceNotFound."""
        return one_source(sources_of(context), options["source"])

    def _context(self, options: dict[str, Any]) -> AccountContext:
        if options.get("account"):
            return system_context(find_account(options["account"]), via=Via.COMMAND)
        found = self._by_source(options.get("source") or "")
        if found is None:
            raise SourceNotFound("No organization has such a source.", remedy="Name its id, or use --account.")
        return found

    @staticmethod
    def _by_source(name: str) -> AccountContext | None:
        for context in root_contexts():
            with entered(context.organization):
                if _matching(sources_of(context), name).exists():
                    return context
        return None

    def _fail(self, error: ListBackupError, options: dict[str, Any]) -> None:
        if options["json"]:
            line = {"ok": False, "code": error.code, "error": error.message, "remedy": error.remedy}
            self.stdout.write(json.dumps(line))
            sys.exit(1)
        raise CommandError(f"{error.message} {error.remedy}".strip())


def root_contexts() -> Iterator[AccountContext]:
    """One context for each organization's root account."""
    for account in Account.objects.filter(parent__isnull=True).select_related("organization").order_by("id"):
        yield system_context(account, via=Via.COMMAND)


def one_source(sources: QuerySet[Source], name: str) -> Source:
    """Raises SourceNotFound for none, and for several of one name."""
    found = list(_matching(sources, name)[:2])
    if len(found) != 1:
        why = "There is no such source." if not found else f"Several sources are called {name}."
        raise SourceNotFound(why, remedy="Name it by its id.")
    return found[0]


def _matching(sources: QuerySet[Source], name: str) -> QuerySet[Source]:
    try:
        return sources.filter(pk=UUID(name))
    except ValueError:
        return sources.filter(name=name)
