"""Ids of seeded records."""

from integrations.sandbox.object_types import ObjectType

STEP = 13


def record_id(kind: ObjectType, number: int) -> int:
    """Id of the n-th seeded record of a type."""
    return kind.first_id + (number + 1) * STEP
