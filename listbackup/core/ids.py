"""Identifiers: UUIDv7 (RFC 9562), so that primary keys sort by time of creation."""

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)


def parse_id(value: object) -> uuid.UUID | None:
    """The id in its usual spelling, None for anything else: for what came from outside."""
    try:
        return uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
