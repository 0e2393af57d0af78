"""Values found at run time: asked for once per reader and set of variables."""

import threading
from collections.abc import Mapping
from typing import Any

import msgspec

from integrations.connector.errors import BadResponse
from integrations.connector.exchange import Exchange, Meter
from integrations.connector.model import FieldPath, Request
from integrations.connector.shapes import dig
from integrations.connector.templates import names_in


class Lookups:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._known: dict[tuple[str, str], list[str]] = {}
        self._lock = threading.Lock()

    def values_for(self, request: Request, values: Mapping[str, Any], meter: Meter) -> dict[str, list[str]]:
        """`lookup.*` of the placeholders that a request uses."""
        used = names_in([request.path, dict(request.query), request.body])
        return {name: self.get(name[7:], values, meter) for name in used if name.startswith("lookup.")}

    def get(self, name: str, values: Mapping[str, Any], meter: Meter) -> list[str]:
        lookup = self._exchange.manifest.lookups[name]
        ask = self._exchange.ask(lookup.request, {**self._exchange.config, **values})
        key = (name, ask.url)
        with self._lock:
            if key in self._known:
                return self._known[key]
        items = self.records(lookup.request, lookup.records, values, meter, label=name)
        found = list(dict.fromkeys(str(item) for item in (dig(one, lookup.value) for one in items) if item is not None))
        with self._lock:
            return self._known.setdefault(key, found)

    def records(
        self, request: Request, path: FieldPath, values: Mapping[str, Any], meter: Meter, *, label: str
    ) -> list[dict[str, Any]]:
        """The decoded records of an unpaged list."""
        ask = self._exchange.ask(request, {**self._exchange.config, **values})
        body = self._exchange.send(ask, lambda got: decoded(got.content), stream=label, meter=meter)
        items = dig(body, path)
        if not isinstance(items, list):
            raise BadResponse(f"The answer has no list at {'.'.join(path) or 'its top'}.", stream=label)
        return [item for item in items if isinstance(item, dict)]


def decoded(content: bytes) -> Any:
    """Decoded JSON. Raises BadResponse."""
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        code = "response.truncated" if "truncated" in str(error) else "response.not_json"
        raise BadResponse(f"The answer is not whole JSON: {error}", code=code) from None
