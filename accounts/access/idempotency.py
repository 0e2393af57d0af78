"""`Idempotency-Key` on POST: the same call sent twice has one effect and gets the first answer again."""

import datetime as dt
import hashlib
from typing import Any

import orjson
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Account, IdempotencyKey, User
from listbackup.core.clock import now
from listbackup.core.errors import Conflict, InvalidInput, ListBackupError

HEADER = "Idempotency-Key"
LIFETIME = dt.timedelta(hours=24)
ABANDONED = dt.timedelta(seconds=60)  # a first call that died may be repeated after this


class Replay(Exception):
    """Carries the stored answer out of `initial()`; never leaves the base view."""

    def __init__(self, response: Response) -> None:
        super().__init__("replay")
        self.response = response


class KeyReused(ListBackupError):
    code = "idempotency.reused"
    status = 422


class Idempotent:
    """A mixin of API views, left of DRF's: a call that `claim` was made for, in `initial`, is answered once."""

    _claimed: IdempotencyKey | None = None

    def claim(self, request: Request, account: Account | None) -> None:
        """Raises Replay, Conflict, KeyReused."""
        user: Any = request.user
        self._claimed = claim(request, user, account)

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, Replay):
            return error.response
        return super().handle_exception(error)  # type: ignore[misc,no-any-return]

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        claimed, self._claimed = self._claimed, None
        if claimed is not None:
            keep(claimed, response)
        return response


def claim(request: Request, user: User, account: Account | None) -> IdempotencyKey | None:
    """Takes the key for this call; without an account it is one about the person. Raises Replay (answered before), Conflict (still running), KeyReused (other body)."""
    key = request.headers.get(HEADER)
    if not key:
        return None
    if len(key) > 255:
        raise InvalidInput("Idempotency-Key is longer than 255 characters.")
    body_hash = hashlib.sha256(orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()
    wanted = {"method_path": f"{request.method} {request.path}"[:500], "body_hash": body_hash}
    row, created = IdempotencyKey.objects.get_or_create(user=user, account=account, key=key, defaults=wanted)
    if created:
        return row
    age = now() - row.created_at
    if age > LIFETIME or (row.status is None and age > ABANDONED):
        IdempotencyKey.objects.filter(pk=row.pk).delete()
        return claim(request, user, account)
    if row.body_hash != body_hash or row.method_path != wanted["method_path"]:
        raise KeyReused("This Idempotency-Key was used for another request.", remedy="Use a new key for a new request.")
    if row.status is None:
        raise Conflict(
            "The first request with this Idempotency-Key is still running.",
            code="idempotency.running",
            remedy="Wait a moment and repeat the request.",
        )
    replayed = Response(orjson.loads(row.body) if row.body else None, status=row.status)
    replayed["Idempotent-Replay"] = "true"
    raise Replay(replayed)


def keep(row: IdempotencyKey, response: Response) -> None:
    """Stores a successful answer; a refused or failed call leaves the key free."""
    if response.status_code >= 400:
        row.delete()
        return
    response.render()
    row.status, row.body = response.status_code, (response.content or b"").decode()
    row.save(update_fields=["status", "body"])
