"""Identifiers."""

import time
import uuid

from listbackup.core.ids import uuid7


def test_uuid7_then_version_variant_and_time():
    made = uuid7()
    assert made.version == 7 and made.variant == uuid.RFC_4122
    assert abs((made.int >> 80) - time.time_ns() // 1_000_000) < 5_000


def test_many_in_one_millisecond_then_sorted_by_creation():
    made = [uuid7() for _ in range(5_000)]
    assert made == sorted(made) and len(set(made)) == 5_000
