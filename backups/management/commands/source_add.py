"""A connection and a source without a browser; prints their ids. The credentials are tested before they are stored."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from accounts.access.context import AccountContext
from backups.management.account_command import AccountCommand
from backups.services.sources import create_source
from integrations.services.connections import create_connection
from listbackup.core.errors import InvalidInput


class Command(AccountCommand):
    help = __doc__
    needs_account = True

    def arguments(self, parser: ArgumentParser) -> None:
        platform = parser.add_mutually_exclusive_group(required=True)
        platform.add_argument("--platform", metavar="P", help="a platform of the list")
        platform.add_argument("--connector", metavar="FILE.yaml", help="a custom connector's manifest")
        parser.add_argument("--secret", action="append", default=[], metavar="KEY=VALUE")
        parser.add_argument("--config", action="append", default=[], metavar="KEY=VALUE")
        parser.add_argument("--name", default="", help="of the source")
        parser.add_argument("--streams", default="", metavar="a,b", help="all when left out")
        parser.add_argument(
            "--schedule", default="manual", help="manual, hourly, daily:02:30, every:15m, or cron fields"
        )

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        connection = create_connection(
            context,
            platform=options["platform"] or "custom",
            name=options["name"],
            secrets=_pairs(options["secret"], "--secret"),
            config=_pairs(options["config"], "--config"),
            manifest=_text(options["connector"]) if options["connector"] else None,
        )
        source = create_source(
            context,
            connection=connection,
            name=options["name"],
            streams=[name.strip() for name in options["streams"].split(",") if name.strip()],
            schedule=options["schedule"],
            start=False,
        )
        return {"connection": str(connection.pk), "source": str(source.pk), "schedule": source.schedule}


def _pairs(given: list[str], option: str) -> dict[str, str]:
    pairs = dict(item.partition("=")[::2] for item in given)
    if any("=" not in item for item in given):
        raise InvalidInput(f"{option} expects KEY=VALUE.")
    return pairs


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}") from None
