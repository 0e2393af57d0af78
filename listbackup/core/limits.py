"""How often something may be tried: counted over all servers, in the cache."""

from django.core.cache import cache

from listbackup.core.errors import TooMany


def count_try(key: str, most: int, seconds: int, *, what: str = "There were too many tries.") -> None:
    """Counts one more; the count ends `seconds` after its first. Raises TooMany beyond `most`."""
    cache.add(key, 0, seconds)
    try:
        tries = cache.incr(key)
    except ValueError:  # it ended between the two calls: this is the first of the next
        cache.set(key, 1, seconds)
        return
    if tries > most:
        minutes = max(1, round(seconds / 60))
        raise TooMany(what, remedy=f"Wait {minutes} minutes, then try again.", retry_after=seconds)


def forget_tries(key: str) -> None:
    cache.delete(key)
