"""Validates a connector's manifest; every problem with its line and column. Needs no database."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.connector.manifest import ManifestError, load_manifest


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.yaml")
        parser.add_argument("--json", action="store_true", help="one machine-readable line")

    def handle(self, *args: Any, **options: Any) -> None:
        file = Path(options["file"])
        try:
            text = file.read_text(encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise CommandError(f"{file} is not UTF-8 text") from None
        try:
            manifest = load_manifest(text, name=file.name)
        except ManifestError as error:
            self._refuse(file, error, options["json"])
        if options["json"]:
            self.stdout.write(json.dumps({"ok": True, "key": manifest.key, "streams": list(manifest.streams)}))
            return
        self.stdout.write(f"{file}: {manifest.name} ({manifest.key}), {len(manifest.streams)} streams. No problems.")

    def _refuse(self, file: Path, error: ManifestError, as_json: bool) -> None:
        if as_json:
            problems = [
                {"line": problem.line, "column": problem.column, "path": problem.path, "message": problem.message}
                for problem in error.problems
            ]
            self.stdout.write(json.dumps({"ok": False, "problems": problems}))
        else:
            for problem in error.problems:
                self.stderr.write(f"{file}:{problem.line}:{problem.column}: {problem.path}: {problem.message}")
        sys.exit(1)
