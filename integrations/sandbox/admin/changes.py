"""Add, change and delete records as people at the platform would: given ones or random ones."""

import random
from typing import Any

from integrations.sandbox import jsonio
from integrations.sandbox.http import ApiError
from integrations.sandbox.object_types import ObjectType
from integrations.sandbox.platform import Platform
from integrations.sandbox.records import DuplicateKey, number
from integrations.sandbox.seed import words
from integrations.sandbox.seed.fill import BUILDERS
from integrations.sandbox.seed.trade import other

MOST = 100_000

# Text of a property that changes without harm, by type.
_CHANGED = {
    "contacts": ("jobtitle", words.JOB_TITLES),
    "companies": ("description", words.SENTENCES),
    "deals": ("amount", tuple(str(value * 750) for value in range(1, 200))),
    "tickets": ("content", words.SENTENCES),
    "products": ("description", words.SENTENCES),
    "notes": ("hs_note_body", words.SENTENCES),
    "tasks": ("hs_task_body", words.SENTENCES),
}
# Records that have broken other people's software.
ODD_VALUES: dict[str, str] = {
    "nul": "before\x00after",
    "surrogate": "half \ud83d pair",
    "controls": "tab\tline\nreturn\rescape\x1b",
    "right_to_left": "\u202eabc\u202c שלום",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈",
    "script": "<script>alert(1)</script>",
    "formula": '=HYPERLINK("http://example.org","x")',
    "large": "x" * 3_000_000,
}


class Changes:
    """All of it goes past the API's checks: the platform's people may do what apps may not."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._turn = 0

    def _rng(self) -> random.Random:
        self._turn += 1
        return random.Random(f"{self._platform.config.seed}:{self._platform.db.total_changes}:{self._turn}")

    def add(self, kind: ObjectType, count: int, given: list[dict[str, Any]], odd: str = "") -> list[str]:
        """Ids of the new records: one for each of `given`, else `count` random ones, else one odd one."""
        if odd:
            given = [{self._odd_field(kind): self._odd_text(odd)}]
        rng = self._rng()
        answer: list[str] = []
        with self._transaction():
            for values in given or [{} for _ in range(_checked(count))]:
                properties = self._random_values(kind, rng) | values
                try:
                    body = self._platform.records.create(kind, self._platform.properties.names(kind), properties)
                except DuplicateKey as error:
                    raise ApiError(409, f"Record {error.record_id} has this key already", "CONFLICT") from None
                answer.append(jsonio.loads(body)["id"])
        self._platform.tell("add", kind, answer)
        return answer

    def change(self, kind: ObjectType, count: int, ids: list[str], values: dict[str, str | None]) -> list[str]:
        """Change the records `ids`, else `count` spread over the type; `values` empty: one property at random."""
        rng = self._rng()
        answer: list[str] = []
        with self._transaction():
            for record_id in self._chosen(kind, count, ids, rng):
                if self._platform.records.update(kind, record_id, values or self._random_change(kind, rng)) is not None:
                    answer.append(str(record_id))
        self._platform.tell("change", kind, answer)
        return answer

    def delete(self, kind: ObjectType, count: int, ids: list[str], *, purge: bool = False) -> list[str]:
        """Archive (or remove for good) the records `ids`, else `count` spread over the type."""
        records = self._platform.records
        answer: list[str] = []
        with self._transaction():
            for record_id in self._chosen(kind, count, ids, self._rng()):
                done = records.purge(kind, record_id) if purge else records.archive(kind, record_id)
                if done:
                    answer.append(str(record_id))
        self._platform.tell("purge" if purge else "delete", kind, answer)
        return answer

    def _chosen(self, kind: ObjectType, count: int, ids: list[str], rng: random.Random) -> list[int]:
        if ids:
            return [number(one) for one in ids]
        return self._platform.records.sample(kind, _checked(count), rng.randrange(1_000_000))

    def _random_values(self, kind: ObjectType, rng: random.Random) -> dict[str, Any]:
        serial = self._platform.clock.now_ms() % 10_000_000_000 + rng.randrange(1_000_000)
        values = BUILDERS.get(kind.name, other)(serial if kind.name != "users" else rng.randrange(15), 0, rng, 100)
        values.pop("")
        for name in (kind.created, kind.modified, "hs_object_id"):
            values.pop(name, None)
        return values

    def _random_change(self, kind: ObjectType, rng: random.Random) -> dict[str, str | None]:
        name, values = _CHANGED.get(kind.name, ("", ()))
        if not name:
            name = self._odd_field(kind)
            return {name: f"Changed {rng.randrange(1_000_000)}"}
        # A number makes sure that it is a change, whatever the value was.
        suffix = "" if name == "amount" else f" ({rng.randrange(1_000_000)})"
        return {name: f"{rng.choice(values)}{suffix}"}

    def _odd_field(self, kind: ObjectType) -> str:
        """A free text property of the type."""
        for definition in self._platform.items.all("properties", kind.name):
            writable = not definition["modificationMetadata"]["readOnlyValue"] and not definition["hasUniqueValue"]
            if definition["type"] == "string" and writable:
                return str(definition["name"])
        return kind.defaults[0]

    @staticmethod
    def _odd_text(odd: str) -> str:
        if odd not in ODD_VALUES:
            raise ApiError(400, f"odd must be one of {', '.join(ODD_VALUES)}", "VALIDATION_ERROR")
        return ODD_VALUES[odd]

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._platform)


class _Transaction:
    """All changes of one call, or none."""

    def __init__(self, platform: Platform) -> None:
        self._db = platform.db

    def __enter__(self) -> None:
        self._db.execute("BEGIN")

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._db.execute("ROLLBACK" if kind else "COMMIT")


def _checked(count: int) -> int:
    if not 1 <= count <= MOST:
        raise ApiError(400, f"count must be from 1 to {MOST}", "VALIDATION_ERROR")
    return count
