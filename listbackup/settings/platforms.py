"""Our OAuth applications at the platforms: PLATFORM_<NAME>_CLIENT_ID and PLATFORM_<NAME>_CLIENT_SECRET."""

import os
import re

from listbackup.settings import env

_CLIENT_ID = re.compile(r"PLATFORM_([A-Z0-9_]+)_CLIENT_ID(?:_FILE)?")


def _clients() -> dict[str, tuple[str, str]]:
    """Platform's key → (client id, client secret), for every platform that the environment names."""
    found: dict[str, tuple[str, str]] = {}
    for variable in os.environ:
        match = _CLIENT_ID.fullmatch(variable)
        if match is None:
            continue
        prefix = f"PLATFORM_{match[1]}_CLIENT_"
        client_id, secret = env.text(f"{prefix}ID"), env.text(f"{prefix}SECRET")
        if client_id and not secret:
            raise SystemExit(f"{prefix}SECRET is missing: expected the secret of the application {prefix}ID names")
        if client_id:
            found[match[1].lower()] = (client_id, secret)
    return found


PLATFORM_CLIENTS = _clients()
__all__ = ["PLATFORM_CLIENTS"]
