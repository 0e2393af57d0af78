"""Our OAuth applications at the platforms: PLATFORM_<NAME>_CLIENT_ID and PLATFORM_<NAME>_CLIENT_SECRET, and the public
keys that platforms sign webhooks with: PLATFORM_<NAME>_WEBHOOK_KEYS (PEM, one after the other)."""

import os
import re

from listbackup.settings import env

_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)
_WEBHOOK_KEYS = re.compile(r"PLATFORM_([A-Z0-9_]+)_WEBHOOK_KEYS(?:_FILE)?")
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


def _webhook_keys() -> dict[str, tuple[str, ...]]:
    """Platform's key → PEM public keys, the newest first."""
    found: dict[str, tuple[str, ...]] = {}
    for variable in os.environ:
        match = _WEBHOOK_KEYS.fullmatch(variable)
        if match is None:
            continue
        name = f"PLATFORM_{match[1]}_WEBHOOK_KEYS"
        keys = tuple(_PEM.findall(env.text(name).replace("\\n", "\n")))
        if not keys:
            raise SystemExit(
                f"{name} holds no public key: expected PEM text that begins with -----BEGIN PUBLIC KEY-----"
            )
        found[match[1].lower()] = keys
    return found


PLATFORM_CLIENTS = _clients()
PLATFORM_WEBHOOK_KEYS = _webhook_keys()
__all__ = ["PLATFORM_CLIENTS", "PLATFORM_WEBHOOK_KEYS"]
