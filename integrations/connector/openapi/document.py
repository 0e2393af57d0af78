"""Reads an OpenAPI document that somebody gave. It may be hostile: size, depth and references are bounded."""

from collections.abc import Iterator
from typing import Any

import orjson
import yaml

from listbackup.core.errors import InvalidInput, TooLarge

MOST_BYTES = 2_000_000
MOST_DEPTH = 100
MOST_REFERENCES = 20
METHOD = "get"


class DocumentInvalid(InvalidInput):
    code = "openapi.invalid"
    remedy = "Give an OpenAPI 3 document as JSON or YAML."


class ApiDocument:
    """`root` is plain data. References to other files are not followed."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root

    def resolved(self, value: Any) -> dict[str, Any]:
        """`value`, or what its `$ref` leads to within the document; {} for anything that is no mapping."""
        for _ in range(MOST_REFERENCES):
            if not isinstance(value, dict):
                return {}
            target = value.get("$ref")
            if not isinstance(target, str):
                return value
            value = self._at(target)
        return {}

    def lists(self) -> Iterator[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
        """Every GET operation that is not deprecated: path, operation, parameters by name and place."""
        paths = self.root.get("paths")
        for path, item in (paths if isinstance(paths, dict) else {}).items():
            item = self.resolved(item)
            operation = item.get(METHOD)
            if not isinstance(path, str) or not path.startswith("/") or not isinstance(operation, dict):
                continue
            if operation.get("deprecated") is True:
                continue
            given: dict[tuple[Any, Any], dict[str, Any]] = {}
            for one in (*_items(item.get("parameters")), *_items(operation.get("parameters"))):
                one = self.resolved(one)
                if isinstance(one.get("name"), str):
                    given[str(one["name"]), one.get("in")] = one
            yield path, operation, list(given.values())

    def properties(self, schema: Any, depth: int = 0) -> dict[str, Any]:
        """An object schema's properties, those of `allOf` and of the first `oneOf` or `anyOf` included."""
        found: dict[str, Any] = {}
        schema = self.resolved(schema)
        if depth < 6:
            parts = list(_items(schema.get("allOf")))
            for choice in ("oneOf", "anyOf"):
                parts += list(_items(schema.get(choice)))[:1]
            for part in parts:
                found |= self.properties(part, depth + 1)
        own = schema.get("properties")
        if isinstance(own, dict):
            found |= {str(name): value for name, value in own.items()}
        return found

    def _at(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            return None
        value: Any = self.root
        for part in reference[2:].split("/")[:MOST_REFERENCES]:
            part = part.replace("~1", "/").replace("~0", "~")
            value = value.get(part) if isinstance(value, dict) else None
        return value


def read_document(text: str) -> ApiDocument:
    """Raises DocumentInvalid or TooLarge."""
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise TooLarge("The document is larger than 2 MB.", remedy="Cut it down to the paths that you want to back up.")
    root = _json(text) if text.lstrip()[:1] == "{" else _yaml(text)
    if not isinstance(root, dict):
        raise DocumentInvalid("This is not an OpenAPI document: it is no mapping.")
    version = str(root.get("openapi", ""))
    if "swagger" in root:
        raise DocumentInvalid("This is a Swagger 2 document.", remedy="Convert it to OpenAPI 3 first.")
    if not version.startswith("3."):
        raise DocumentInvalid("This is not an OpenAPI 3 document: `openapi` does not say 3.x.")
    return ApiDocument(root)


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise DocumentInvalid(f"The document is not JSON: {error}.") from None


def _yaml(text: str) -> Any:
    try:
        depth = 0
        # Events come without recursion, so that depth and aliases (which can multiply) are seen before anything is built.
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise DocumentInvalid("The document uses YAML aliases, which are not read. Write the parts out.")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MOST_DEPTH:
                    raise DocumentInvalid(f"The document is nested deeper than {MOST_DEPTH} levels.")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        told = " ".join(str(error).split())[:300]
        raise DocumentInvalid(f"The document is not YAML: {told}") from None


def _items(value: Any) -> list[Any]:
    return value[:500] if isinstance(value, list) else []
