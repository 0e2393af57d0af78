"""Imitations of further platforms, a folder for each, found by themselves: `README.md` says how one is written."""

import importlib
import pkgutil

from integrations.sandbox.imitations.frame import Imitation, Settings


def imitations() -> dict[str, type[Imitation]]:
    """Key -> class, of every folder here whose `imitation` module has one."""
    found: dict[str, type[Imitation]] = {}
    for entry in pkgutil.iter_modules(__path__):
        if entry.ispkg:
            module = importlib.import_module(f"{__name__}.{entry.name}.imitation")
            for value in vars(module).values():
                if isinstance(value, type) and issubclass(value, Imitation) and value.__module__ == module.__name__:
                    found[value.key] = value
    return found


def hosts(url: str) -> dict[str, str]:
    """PLATFORM_HOSTS that lead every imitated platform's hosts to the sandbox at `url`."""
    return {host: f"{url}/{key}/{host}" for key, one in imitations().items() for host in one.hosts}


__all__ = ["Imitation", "Settings", "hosts", "imitations"]
