"""The only reader of the environment. A wrong value stops the start with one line that names the variable."""

import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from listbackup.embedded.paths import BASE_DIR, var_dir

__all__ = ["BASE_DIR", "VAR_DIR", "boolean", "hosts", "integer", "json_object", "local_secret", "text", "url"]

VAR_DIR = var_dir()


def _refuse(name: str, expected: str) -> NoReturn:
    raise SystemExit(f"{name} is wrong: expected {expected}")


def text(name: str, default: str = "") -> str:
    """The value of `name`; `NAME_FILE` may name a file that holds it instead."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            _refuse(f"{name}_FILE", f"a readable file ({error.strerror})")
    return os.environ.get(name, default)


def boolean(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in {"0", "1", "true", "false", "yes", "no"}:
        _refuse(name, "1 or 0")
    return value in {"1", "true", "yes"}


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) < minimum:
        _refuse(name, f"a whole number of {minimum} or more")
    return int(value)


def hosts(name: str) -> list[str]:
    """A comma separated list."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def json_object(name: str) -> dict[str, str]:
    value = text(name, "{}")
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        _refuse(name, 'a JSON object such as {"api.hubapi.com": "http://127.0.0.1:9100/hubspot"}')
    return {str(key): str(item) for key, item in parsed.items()}


def url(name: str, default: str, schemes: set[str]) -> str:
    value = text(name, default)
    if urlsplit(value).scheme not in schemes:
        _refuse(name, f"an URL that begins with {' or '.join(sorted(f'{s}://' for s in schemes))}")
    return value


def local_secret(name: str, *, size: int = 32, encode: str = "hex") -> str:
    """`name` from the environment, else a secret made once and kept in `var/secrets` (mode 600).

    Only for a machine of one's own: a service with several machines sets the variable.
    """
    value = text(name)
    if value:
        return value
    folder = VAR_DIR / "secrets"
    file = folder / name.lower()
    if not file.exists():
        import base64

        raw = secrets.token_bytes(size)
        made = raw.hex() if encode == "hex" else base64.urlsafe_b64encode(raw).decode()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = folder / f".{name.lower()}.{os.getpid()}"
        half.touch(mode=0o600)
        half.write_text(made)
        with contextlib.suppress(FileExistsError):
            os.link(half, file)  # never over an existing secret: two first starts agree on one
        half.unlink()
    return file.read_text().strip()
