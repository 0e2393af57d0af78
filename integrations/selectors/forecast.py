"""How long a connection's sign-in will go on working, as far as that can be known."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from integrations.directory.models import TokenExpiry
from integrations.enums import AuthKind
from integrations.models import Connection
from listbackup.core.clock import now

SOON = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`kind`: lasts, renewed, failing, ends or unused. `at` is when it ends, or would; `needs_you` says to act now."""

    kind: str
    at: dt.datetime | None = None
    needs_you: bool = False


def forecasts(connections: Collection[Connection]) -> dict[UUID, Forecast]:
    """By connection's id; one query."""
    ids = [connection.pk for connection in connections]
    renewed = set(TokenExpiry.objects.filter(connection_id__in=ids).values_list("connection_id", flat=True))
    return {connection.pk: _forecast(connection, connection.pk in renewed) for connection in connections}


def _forecast(connection: Connection, renewed: bool) -> Forecast:
    ends = connection.token_expires_at
    if connection.auth_kind != AuthKind.OAUTH2 or ends is None:
        return Forecast("lasts")
    if not renewed:
        return Forecast("ends", ends, needs_you=ends - now() < SOON)
    if connection.refresh_attempts:
        return Forecast("failing", ends, needs_you=True)
    grant = connection.grant_expires_at
    if grant is not None and grant - now() < SOON:
        return Forecast("unused", grant, needs_you=True)  # it was not renewed for a long time: something is wrong
    return Forecast("renewed", grant)
