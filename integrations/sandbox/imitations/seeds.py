"""Invented documents from patterns."""

from typing import Any


def filled(value: Any, number: int) -> Any:
    """`{n}` as the number, in texts at any depth."""
    if isinstance(value, str):
        return value.replace("{n}", str(number))
    if isinstance(value, dict):
        return {name: filled(one, number) for name, one in value.items()}
    return [filled(one, number) for one in value] if isinstance(value, list) else value
