"""When to ask again."""

import datetime as dt
import email.utils
import random

from integrations.connector.rates import Retries


def backoff(attempt: int, policy: Retries, *, draw: random.Random | None = None) -> float:
    """Seconds before try `attempt` + 1 (counted from 0): doubling, capped, spread over its upper half."""
    top = min(policy.cap_s, policy.base_s * 2.0**attempt)
    return top * (0.5 + (draw or random).random() / 2)


def retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Seconds that a Retry-After header asks for: a number or a date. Junk, zero-length and negative ones are None."""
    if value is None:
        return None
    text = value.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = email.utils.parsedate_to_datetime(text)
        except (TypeError, ValueError, IndexError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=dt.UTC)
        seconds = (moment - now).total_seconds()
    if not 0 < seconds < 32 * 86_400:
        return None
    return seconds
