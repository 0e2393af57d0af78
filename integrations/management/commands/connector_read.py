"""Reads one stream and stores nothing: raw records as JSON lines on standard output, the new cursor as the last line
on standard error. Needs no database."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrations.connector.auth import StaticCredentials
from integrations.connector.limits import LocalLimiter
from integrations.connector.manifest import Manifest, ManifestError, load_manifest
from integrations.connector.reader import Reader
from integrations.connector.registry import platforms
from listbackup.core.errors import ListBackupError
from listbackup.core.http.client import HttpSettings


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="+", metavar="NAME", help="PLATFORM STREAM, or STREAM with --connector")
        parser.add_argument("--connector", metavar="FILE.yaml", help="a custom connector's manifest")
        parser.add_argument("--secret", action="append", default=[], metavar="KEY=VALUE")
        parser.add_argument("--config", action="append", default=[], metavar="KEY=VALUE")
        parser.add_argument("--host", action="append", default=[], metavar="REAL=URL", help="send a host's calls there")
        parser.add_argument("--since", metavar="CURSOR", help="what an earlier run printed as its last line")
        parser.add_argument("--limit", type=int, metavar="N", help="stop after so many records")
        parser.add_argument("--json", action="store_true", help="the last line of standard error as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        manifest, stream = self._what(options)
        reader = Reader(
            manifest,
            credentials=StaticCredentials(_pairs(options["secret"], "--secret")),
            config=_pairs(options["config"], "--config"),
            http=HttpSettings(
                allowed_private_hosts=frozenset(settings.ALLOWED_PRIVATE_HOSTS),
                platform_hosts={**settings.PLATFORM_HOSTS, **_pairs(options["host"], "--host")},
            ),
            limiter=LocalLimiter(),
            limit_scope="command",
        )
        try:
            count, state, complete = self._read(reader, stream, _state(options["since"]), options["limit"])
        except ListBackupError as error:
            raise CommandError(f"{error.message} {error.remedy}".strip()) from None
        except BrokenPipeError:
            # The reader of our output, such as `head`, has enough.
            sys.stderr.close()
            sys.exit(0)
        finally:
            reader.close()
        cursor = _cursor(state, complete)
        self.stderr.style_func = None
        self.stderr.write(json.dumps({"cursor": cursor, "records": count}) if options["json"] else cursor)

    def _what(self, options: dict[str, Any]) -> tuple[Manifest, str]:
        """The manifest and the stream that the arguments name. Raises CommandError."""
        names = options["names"]
        if options["connector"]:
            if len(names) != 1:
                raise CommandError("With --connector name the stream alone.")
            manifest, stream = _load(Path(options["connector"])), names[0]
        else:
            if len(names) != 2:
                raise CommandError("Name a platform and a stream, or a stream and --connector FILE.yaml.")
            known = platforms()
            if names[0] not in known:
                raise CommandError(f"There is no platform {names[0]}. Known: {', '.join(sorted(known))}.")
            manifest, stream = known[names[0]], names[1]
        return manifest, stream

    def _read(
        self, reader: Reader, stream: str, state: dict[str, Any] | None, limit: int | None
    ) -> tuple[int, dict[str, Any], bool]:
        """Writes records as they come. A page cut by the limit does not move the cursor: nothing is ever skipped."""
        out = sys.stdout.buffer
        count, complete = 0, False
        last: dict[str, Any] = state or {}
        for page in reader.read(stream, state):
            if page.stream == stream:
                shown = page.records if limit is None else page.records[: limit - count]
                for record in shown:
                    out.write(record.raw.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n")
                count += len(shown)
                if len(shown) < len(page.records):
                    break
            last, complete = page.state, page.complete
            if limit is not None and count >= limit:
                break
        out.flush()
        return count, last, complete


def _load(file: Path) -> Manifest:
    try:
        return load_manifest(file.read_text(encoding="utf-8"), name=file.name)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from None
    except ManifestError as error:
        lines = [f"{file}:{item.line}:{item.column}: {item.path}: {item.message}" for item in error.problems]
        raise CommandError("\n".join(lines)) from None


def _pairs(values: list[str], option: str) -> dict[str, str]:
    found = {}
    for value in values:
        name, equals, rest = value.partition("=")
        if not equals or not name:
            raise CommandError(f"{option} expects KEY=VALUE.")
        found[name] = rest
    return found


def _state(since: str | None) -> dict[str, Any] | None:
    """A cursor as it was printed: plain text, or the JSON of a pass that was cut short."""
    if not since:
        return None
    if since.startswith("{"):
        try:
            parsed = json.loads(since)
        except ValueError:
            raise CommandError("--since is neither a cursor nor the JSON that an earlier run printed.") from None
        return dict(parsed)
    return {"cursor": since}


def _cursor(state: dict[str, Any], complete: bool) -> str:
    cursor = state.get("cursor")
    if complete and isinstance(cursor, str) and set(state) <= {"cursor"}:
        return cursor
    return json.dumps(state, separators=(",", ":"))
