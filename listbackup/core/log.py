"""What happens to every log line before it is written."""

from collections.abc import MutableMapping
from typing import Any


def redact_event(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: no token, password or key leaves in any value of a line."""
    from listbackup.core.http.redact import redact  # late: settings import this module

    for key, value in event.items():
        if isinstance(value, str):
            event[key] = redact(value)
    return event
