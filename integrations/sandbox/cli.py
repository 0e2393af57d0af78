"""The options of `python -m integrations.sandbox` and of `manage.py sandbox`."""

import argparse
import sys
from pathlib import Path

from integrations.sandbox.config import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, DEFAULT_STATIC_TOKEN, SandboxConfig
from integrations.sandbox.object_types import BY_NAME
from integrations.sandbox.server import DEFAULT_HOST, DEFAULT_PORT, default_data_dir, serve
from listbackup.core.errors import ListBackupError


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add all options to a parser."""
    parser.add_argument("--host", default=DEFAULT_HOST)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free port")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=int, default=1000, help="live CRM records; 1000, 50000, 1000000 are usual")
    parser.add_argument("--data", type=Path, default=None, help="folder of the data files, default var/sandbox")
    parser.add_argument("--types", default="", help="comma-separated object types to seed, default all")
    parser.add_argument("--no-limits", action="store_true", help="lift the rate limits")
    parser.add_argument("--client-id", default=DEFAULT_CLIENT_ID)
    parser.add_argument("--client-secret", default=DEFAULT_CLIENT_SECRET)
    parser.add_argument("--token", default=DEFAULT_STATIC_TOKEN, help="private-app token that is accepted")
    parser.add_argument("--app-name", default="ListBackup", help="name on the consent page")
    parser.add_argument("--without-scopes", default="", help="comma-separated scopes the account's tier lacks")


def run(options: dict[str, object]) -> None:
    """Serve with parsed options. Raises ListBackupError for impossible ones."""
    types = tuple(name for name in str(options["types"]).split(",") if name)
    unknown = [name for name in types if name not in BY_NAME]
    if unknown:
        raise ListBackupError(f"Unknown object types: {', '.join(unknown)}. Known: {', '.join(BY_NAME)}")
    config = SandboxConfig(
        data_dir=Path(str(options["data"])) if options["data"] else default_data_dir(),
        seed=int(str(options["seed"])),
        scale=int(str(options["scale"])),
        limits=not options["no_limits"],
        types=types,
        client_id=str(options["client_id"]),
        client_secret=str(options["client_secret"]),
        static_token=str(options["token"]),
        app_name=str(options["app_name"]),
        unavailable_scopes=frozenset(name for name in str(options["without_scopes"]).split(",") if name),
    )
    serve(config, str(options["host"]), int(str(options["port"])))


def main(arguments: list[str] | None = None) -> None:
    """Entry of `python -m integrations.sandbox`."""
    parser = argparse.ArgumentParser(
        prog="python -m integrations.sandbox", description="Imitations of HubSpot and of the other platforms."
    )
    add_options(parser)
    try:
        run(vars(parser.parse_args(arguments)))
    except (ListBackupError, OSError) as error:
        sys.exit(f"The sandbox did not start: {error}")
