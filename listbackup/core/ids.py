"""Identifiers: UUIDv7 (RFC 9562), so that primary keys sort by time of creation."""

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, then 74 random bits; ids of one process always grow (method 3.2)."""
    global _last
    milliseconds = time.time_ns() // 1_000_000
    drawn = int.from_bytes(os.urandom(10), "big") & ((1 << 74) - 1)
    with _lock:
        value = (milliseconds << 74) | drawn
        if value <= _last:  # the same millisecond, or a clock set back: a random step further
            value = _last + 1 + int.from_bytes(os.urandom(4), "big")
        _last = value
    random_b = value & ((1 << 62) - 1)
    random_a = (value >> 62) & 0xFFF
    return uuid.UUID(int=((value >> 74) << 80) | (0x7 << 76) | (random_a << 64) | (0b10 << 62) | random_b)


def parse_id(value: object) -> uuid.UUID | None:
    """The id in its usual spelling, None for anything else: for what came from outside."""
    try:
        return uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
