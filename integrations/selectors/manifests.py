"""Manifests of platforms and connections."""

from functools import lru_cache

from integrations.connector.manifest import Manifest, load_manifest
from integrations.connector.registry import platforms
from integrations.errors import PlatformNotFound
from integrations.models import Connection


def manifest_of(connection: Connection) -> Manifest:
    """The manifest a connection is read with. Raises PlatformNotFound when this version no longer has it."""
    if connection.custom_platform is not None:
        return parsed(connection.custom_platform.manifest)
    return platform_manifest(connection.platform)


def platform_manifest(key: str) -> Manifest:
    found = platforms().get(key)
    if found is None:
        raise PlatformNotFound(f"There is no platform {key[:64]}.", remedy="Choose one of the list of platforms.")
    return found


@lru_cache(maxsize=64)
def parsed(text: str) -> Manifest:
    """The manifest of a stored text; asked for often, parsed once."""
    return load_manifest(text)
