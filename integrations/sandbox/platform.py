"""The state that all handlers of one sandbox share."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from integrations.sandbox import database
from integrations.sandbox.admin.faults import Faults
from integrations.sandbox.admin.log import RequestLog
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.config import SandboxConfig
from integrations.sandbox.http import ApiError
from integrations.sandbox.hubspot.limits import Limits
from integrations.sandbox.hubspot.tokens import Tokens
from integrations.sandbox.hubspot.webhooks import Webhooks
from integrations.sandbox.items import Items
from integrations.sandbox.object_types import ObjectType, find_type
from integrations.sandbox.records import Records
from integrations.sandbox.seed.fill import prepare


@dataclass
class Properties:
    """Names of the defined properties of each type, kept in memory because every page needs them."""

    items: Items
    seeded: dict[str, tuple[str, ...]]
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def names(self, kind: ObjectType) -> tuple[str, ...]:
        found = self._names.get(kind.name)
        if found is None:
            found = tuple(sorted(item["name"] for item in self.items.all("properties", kind.name)))
            self._names[kind.name] = found
        return found

    def covers_seeded(self, kind: ObjectType, asked: Iterable[str]) -> bool:
        """Whether `asked` holds every property and every stored document has them all: it can go out as it is."""
        return self.names(kind) == self.seeded[kind.name] and set(asked).issuperset(self.seeded[kind.name])

    def forget(self, kind: ObjectType) -> None:
        self._names.pop(kind.name, None)


class Platform:
    """One imitated account: its file, its clock, its tokens, its limits and its faults."""

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.path = prepare(config)
        self.resets = 0
        self.webhooks = Webhooks(config)
        self.open()

    def open(self) -> None:
        """(Re)open the database and read what is kept in memory."""
        self.db: sqlite3.Connection = database.connect(self.path)
        self.search_db: sqlite3.Connection = database.connect(self.path, read_only=True)
        self.clock = SandboxClock(int(database.get_meta(self.db, "clock-offset-ms") or 0))
        self.records = Records(self.db, self.clock)
        self.items = Items(self.db)
        self.limits = Limits(self.config.limits)
        self.tokens = Tokens(self.db, self.clock, self.config)
        self.faults = Faults()
        self.log = RequestLog()
        self.properties = Properties(self.items, self._seeded_properties())

    def tell(self, action: str, kind: ObjectType, ids: Iterable[str | int]) -> None:
        """Sends webhooks about a change: add, change, delete or purge."""
        self.webhooks.tell(action, kind.singular, ids, self.clock.now_ms())

    def close(self) -> None:
        self.search_db.close()
        self.db.close()

    def reset(self) -> None:
        """Throw all changes, tokens and faults away and start from the seed again."""
        self.close()
        database.remove(self.path)
        self.path = prepare(self.config)
        self.resets += 1
        self.open()

    def kind(self, name: str) -> ObjectType:
        """The object type of a path segment. Raises ApiError 400."""
        found = find_type(name)
        if found is None:
            raise ApiError(400, f"Unable to infer object type from: {name}", "VALIDATION_ERROR")
        return found

    def _seeded_properties(self) -> dict[str, tuple[str, ...]]:
        rows = self.db.execute("SELECT name, value FROM meta WHERE name LIKE 'seeded-properties:%'")
        return {name.partition(":")[2]: tuple(sorted(value.split(","))) for name, value in rows}
