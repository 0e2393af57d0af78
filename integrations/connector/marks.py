"""YAML with the line and column of every value, so that each problem can be pointed at."""

from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]
MOST_TEXT = 1_000_000
MOST_NODES = 50_000


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` and `column` count from 1; `path` is dotted (`streams.contacts.key`)."""

    line: int
    column: int
    path: str
    message: str


@dataclass(slots=True)
class Document:
    """`value` is plain data; `marks` leads from a path to (line, column) of its key or list item."""

    value: Any
    marks: dict[Path, tuple[int, int]]
    problems: list[Problem]

    def problem(self, path: Path, message: str) -> Problem:
        """A problem at `path`, or at the nearest thing above it that stands in the text."""
        where = path
        while where and where not in self.marks:
            where = where[:-1]
        line, column = self.marks.get(where, (1, 1))
        return Problem(line, column, ".".join(str(part) for part in path) or "(document)", message)


def parse(text: str) -> Document:
    """Reads one YAML document. Problems are in `.problems`; `.value` is then None or what could be read."""
    document = Document(None, {}, [])
    if len(text) > MOST_TEXT:
        document.problems.append(Problem(1, 1, "(document)", f"longer than {MOST_TEXT:,} characters"))
        return document
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        told = " ".join(part for part in (error.context, error.problem) if part)
        document.problems.append(Problem(line, column, "(document)", f"not YAML: {told}"))
        return document
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        document.problems.append(Problem(1, 1, "(document)", f"not YAML: {error}"))
        return document
    if node is None:
        document.problems.append(Problem(1, 1, "(document)", "is empty"))
        return document
    builder = _Builder(document)
    document.value = builder.build(node, ())
    return document


class _Builder:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._scalars = yaml.SafeLoader("")
        self._count = 0

    def build(self, node: yaml.Node, path: Path) -> Any:
        self._count += 1
        if self._count > MOST_NODES or len(path) > 40:
            if self._count == MOST_NODES + 1 or len(path) > 40:
                self._complain(node, path, "too many or too deeply nested values")
            return None
        self._document.marks.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key_node.tag == "tag:yaml.org,2002:merge":
                self._complain(key_node, path, "keys must be plain text; merge keys are not supported, use a template")
                continue
            if key in found:
                self._complain(key_node, (*path, key), "is given twice")
                continue
            self._document.marks[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            found[key] = self.build(value_node, (*path, key))
        return found

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        if node.tag in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:str"):
            return node.value
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.endswith((":binary", ":set", ":omap", ":pairs")):
            self._complain(node, path, f"has the type {node.tag}, which is not supported")
            return None
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            self._complain(node, path, f"cannot be read: {error}")
            return None

    def _complain(self, node: yaml.Node, path: Path, message: str) -> None:
        mark = node.start_mark
        where = ".".join(str(part) for part in path) or "(document)"
        self._document.problems.append(Problem(mark.line + 1, mark.column + 1, where, message))
