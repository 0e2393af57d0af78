"""What a person gives for a connection, checked against the manifest before the platform is asked."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from integrations.connector import patterns
from integrations.connector.manifest import ManifestError, load_manifest
from integrations.connector.marks import Problem
from integrations.connector.model import Manifest
from integrations.enums import AuthKind
from integrations.errors import AuthKindNotOffered, ManifestInvalid, SecretsInvalid
from integrations.models.connection import CUSTOM
from integrations.selectors.manifests import platform_manifest
from listbackup.core.errors import InvalidInput

MOST = 20_000
MOST_TEXT = 200_000  # characters of a manifest
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")  # a name, never an address


def parse(text: str) -> Manifest:
    """A custom platform's manifest. Raises ManifestInvalid with every problem, its line and its column."""
    try:
        return load_manifest(text)
    except ManifestError as error:
        raise invalid(error.problems) from None


def invalid(problems: Sequence[Problem]) -> ManifestInvalid:
    """The error that tells of `problems`."""
    error = ManifestInvalid(
        f"The manifest has {len(problems)} problem{'' if len(problems) == 1 else 's'}.",
        remedy="Correct the lines named and send it again.",
        fields={"manifest": [f"line {one.line}, column {one.column}: {one.path}: {one.message}" for one in problems]},
    )
    error.problems = tuple(problems)
    return error


def of_platform(key: str) -> Manifest:
    """Raises PlatformNotFound, or ManifestInvalid for `custom` without a manifest."""
    if key == CUSTOM:
        raise ManifestInvalid("A custom platform needs a manifest.", fields={"manifest": ["This field is required."]})
    return platform_manifest(key)


def choose_kind(manifest: Manifest, secrets: Mapping[str, str]) -> str:
    """The way to sign in that takes these secrets. Raises SecretsInvalid or AuthKindNotOffered."""
    given = {name for name, value in secrets.items() if value}
    offered = [auth for auth in manifest.auth if auth.kind != AuthKind.OAUTH2]
    if not offered:
        if not manifest.auth:
            return AuthKind.NONE
        raise AuthKindNotOffered(
            f"{manifest.name} is connected by OAuth only.", remedy="Begin at the platform's page instead."
        )
    for auth in offered:
        names = {secret.name for secret in auth.secrets}
        needed = {secret.name for secret in auth.secrets if not secret.optional}
        if needed <= given <= names:
            return auth.kind
    wanted = " or ".join(", ".join(secret.name for secret in auth.secrets) or "no secrets" for auth in offered)
    raise SecretsInvalid(
        f"{manifest.name} is connected with other secrets.", fields={"secrets": [f"Expected {wanted}."]}
    )


def check_secrets(manifest: Manifest, kind: str, secrets: Mapping[str, str]) -> dict[str, str]:
    """The secrets without spaces around them. Raises SecretsInvalid by the name of the secret."""
    known = next((auth.secrets for auth in manifest.auth if auth.kind == kind), ())
    wrong: dict[str, list[str]] = {}
    found: dict[str, str] = {}
    for spec in known:
        value = str(secrets.get(spec.name) or "").strip()
        if not value and not spec.optional:
            wrong[spec.name] = [f"{spec.label} is missing."]
        elif len(value) > MOST or not value.isprintable():
            wrong[spec.name] = [f"{spec.label} holds characters that a key cannot hold, or is too long."]
        elif value:
            found[spec.name] = value
    for name in set(secrets) - {spec.name for spec in known}:
        wrong[name[:60]] = [f"{manifest.name} has no such secret."]
    if wrong:
        raise SecretsInvalid("Some secrets are missing or wrong.", fields=wrong)
    return found


def _told_by(manifest: Manifest, secrets: Mapping[str, str]) -> dict[str, str]:
    parts = {name: spec.from_secret for name, spec in manifest.config.items() if spec.from_secret}
    return {
        name: secrets[secret].rpartition(mark)[2]
        for name, (secret, mark) in parts.items()
        if mark in secrets.get(secret, "")
    }


def host_in(text: str) -> str:
    """The host of an address, or of what a person wrote for one, in lower case; the text itself when it has none."""
    try:
        found = urlsplit(text if "//" in text else f"//{text}").hostname
    except ValueError:
        found = None
    return found or text


def check_config(
    manifest: Manifest, config: Mapping[str, Any] | None, secrets: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The platform's variables with their defaults, and with what `secrets` tell. Raises InvalidInput by the name of the
    variable."""
    given = {**(config or {}), **_told_by(manifest, secrets or {})}
    wrong: dict[str, list[str]] = {}
    found: dict[str, str] = {}
    for name, spec in manifest.config.items():
        value = str(given.pop(name, "") or spec.default).strip()
        value = host_in(value) if spec.host else value
        if not value and spec.required:
            wrong[name] = [f"{spec.label} is missing."]
        elif len(value) > 500 or not value.isprintable():
            wrong[name] = [f"{spec.label} is too long, or holds characters that cannot be used."]
        elif value and spec.host and not _HOST.fullmatch(value):
            wrong[name] = [f"{spec.label} is no host name. {spec.help}".strip()]
        elif value and spec.pattern and not patterns.fits(spec.pattern, value):
            wrong[name] = [f"{spec.label} does not look right. {spec.help}".strip()]
        elif value:
            found[name] = value
    for name in given:
        wrong[str(name)[:60]] = [f"{manifest.name} has no such setting."]
    if wrong:
        raise InvalidInput("Some settings are missing or wrong.", fields=wrong)
    return found
