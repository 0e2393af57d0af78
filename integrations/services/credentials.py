"""Secrets of connections at rest: one encrypted JSON object of strings a connection."""

from collections.abc import Mapping

import orjson

from integrations.models import Connection
from listbackup.core import crypto


def seal(secrets: Mapping[str, str]) -> str:
    """The secrets as they are stored."""
    return crypto.encrypt(orjson.dumps(dict(secrets)).decode())


def unseal(connection: Connection) -> dict[str, str]:
    """The connection's secrets by name; empty when they were wiped. Raises Unavailable with an unknown key."""
    return secrets_in(connection.secret)


def secrets_in(stored: str) -> dict[str, str]:
    """The secrets of a stored text; empty for none. Raises Unavailable with an unknown key."""
    if not stored:
        return {}
    return {str(name): str(value) for name, value in orjson.loads(crypto.decrypt(stored)).items()}


def rotate_secret(connection: Connection) -> None:
    """Writes the same secrets under the newest key."""
    for name in ("secret", "spare_secret"):
        if getattr(connection, name):
            setattr(connection, name, crypto.rotate(getattr(connection, name)))
            connection.save(update_fields=[name])
