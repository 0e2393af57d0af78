"""Reads and validates connector manifests."""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from integrations.connector.build import manifest_of
from integrations.connector.marks import Document, Problem, parse
from integrations.connector.model import Auth, Manifest, SecretField, Stream
from integrations.connector.semantics import problems_of
from listbackup.core.errors import InvalidInput

__all__ = [
    "Auth",
    "Manifest",
    "ManifestError",
    "Problem",
    "SecretField",
    "Stream",
    "dump_manifest",
    "load_manifest",
    "schema",
]
MOST_PROBLEMS = 50


class ManifestError(InvalidInput):
    """`problems` says what is wrong and where, in the order of the text."""

    code = "manifest.invalid"

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        first = self.problems[0]
        more = f" ({len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(
            f"{name}:{first.line}:{first.column}: {first.path}: {first.message}{more}",
            remedy="Correct the manifest; docs/connectors.md explains its parts.",
            fields={
                "manifest": [f"{one.line}:{one.column}: {one.path}: {one.message}" for one in self.problems],
            },
        )


def load_manifest(text: str, *, name: str = "connector.yaml") -> Manifest:
    """The manifest in `text` (YAML). Raises ManifestError with every problem's line and column."""
    document = parse(text)
    problems = document.problems or list(_schema_problems(document)) or problems_of(document)
    if problems:
        ordered = sorted(problems, key=lambda one: (one.line, one.column))
        raise ManifestError(name, ordered[:MOST_PROBLEMS])
    return manifest_of(document.value)


def dump_manifest(manifest: dict[str, Any]) -> str:
    """YAML that people go on writing in, its parts in the order given."""
    written: str = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
    return written


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The published JSON Schema of the format."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("manifest.schema.json").read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def _schema_problems(document: Document) -> Iterator[Problem]:
    for error in _validator().iter_errors(document.value):
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties" and isinstance(error.instance, dict):
            known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            for key in error.instance:
                if key not in known:
                    yield document.problem((*path, key), "is not a known setting here")
            continue
        if error.validator == "propertyNames" or (error.parent is None and "propertyNames" in error.schema_path):
            yield document.problem((*path, str(error.instance)), f"the name {error.instance!r} must be a-z, 0-9 and _")
            continue
        yield document.problem(path, _told(error))


def _told(error: jsonschema.ValidationError) -> str:
    wanted: Any = error.validator_value
    instance: Any = error.instance
    if error.validator == "oneOf":
        return "has the wrong type"
    if error.validator == "required":
        missing = [name for name in wanted if name not in instance]
        return f"lacks {', '.join(missing)}"
    if error.validator == "enum":
        return f"{error.instance!r} is not one of {', '.join(map(str, wanted))}"
    if error.validator == "type":
        return f"must be of type {wanted}, not {type(error.instance).__name__}"
    return error.message[:200]
