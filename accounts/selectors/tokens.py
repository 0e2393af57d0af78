"""Finding API tokens: by their secret, and a person's own."""

import zlib

from django.db.models import Q, QuerySet

from accounts.models import ApiToken, User
from listbackup.core.clock import now
from listbackup.core.crypto import digest

PREFIX = "lb_"


def checksum(body: str) -> str:
    """Eight hexadecimal digits at a token's end: a typo, or a scanner's find, is told without the database."""
    return f"{zlib.crc32(body.encode('utf-8', 'backslashreplace')):08x}"


def find(secret: str) -> ApiToken | None:
    """The live token of an active person; None for every other text."""
    if checksum(secret[:-8]) != secret[-8:]:
        return None
    return (
        ApiToken.objects.select_related("user", "account")
        .filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now()), token_hash=digest(secret), revoked_at__isnull=True
        )
        .filter(user__is_active=True)
        .first()
    )


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """Those that were not revoked, newest first."""
    return ApiToken.objects.filter(user=user, revoked_at__isnull=True).select_related("account").order_by("-id")
