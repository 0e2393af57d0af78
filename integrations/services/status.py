"""A connection's state: whether it works, when its token must be renewed, who hears about it."""

import datetime as dt

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string

from accounts.access.context import AccountContext
from accounts.access.resolve import system_context
from accounts.activity.services import record
from accounts.outbox.services import enqueue_mail
from accounts.selectors.recipients import people_to_warn
from accounts.services.profiles import wants
from integrations.directory.models import TokenExpiry
from integrations.enums import ConnectionStatus
from integrations.models import Connection
from integrations.selectors.platforms import platform_name
from integrations.signals import connection_needs_reconnect, connection_restored
from listbackup.core.clock import now

log = structlog.get_logger(__name__)
AHEAD = dt.timedelta(minutes=15)
REVOKED = "auth.revoked"
REFUSED = "auth.refused"
REMOVED = "auth.removed"  # our application was taken out of an agency's member


@transaction.atomic
def mark_needs_reconnect(
    connection: Connection, reason: str, *, code: str = REVOKED, context: AccountContext | None = None
) -> bool:
    """Says that a person must renew the credentials: state, activity, signal and one mail.

    Returns False, and does nothing, when the connection already waits for it or is gone. `reason` is for people.
    """
    locked = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
    if locked.status != ConnectionStatus.ACTIVE:
        _copy_state(locked, connection)
        return False
    context = context or system_context(locked.account)
    locked.status, locked.status_changed_at = ConnectionStatus.NEEDS_RECONNECT, now()
    locked.last_error_code, locked.last_error = code, reason[:2000]
    locked.save(update_fields=["status", "status_changed_at", "last_error_code", "last_error", "updated_at"])
    _copy_state(locked, connection)
    if code == REVOKED:
        forget_expiry(locked)
    record(context, "connection.needs_reconnect", locked, reason=reason[:500], code=code)
    connection_needs_reconnect.send(sender=Connection, context=context, connection=locked, reason=reason)
    if locked.grant_id is None:
        _mail_needs_reconnect(locked, reason)  # an agency's members wait together: one mail for all of them
    for member in locked.members.filter(status=ConnectionStatus.ACTIVE).select_related("account"):
        mark_needs_reconnect(member, reason, code=code)
    log.warning("connection_needs_reconnect", connection=str(locked.pk), platform=locked.platform, code=code)
    return True


def mark_working(connection: Connection, *, context: AccountContext | None = None) -> None:
    """Clears the last error; a connection that waited for a person is restored. Call it under the row's lock."""
    waited = connection.status == ConnectionStatus.NEEDS_RECONNECT
    connection.last_error_code, connection.last_error, connection.refresh_attempts = "", "", 0
    if waited:
        connection.status, connection.status_changed_at = ConnectionStatus.ACTIVE, now()
    connection.save(
        update_fields=[
            "status", "status_changed_at", "last_error_code", "last_error", "refresh_attempts", "updated_at",
        ]
    )  # fmt: skip
    if waited:
        context = context or system_context(connection.account)
        record(context, "connection.restored", connection)
        connection_restored.send(sender=Connection, context=context, connection=connection)
        waiting = connection.members.filter(status=ConnectionStatus.NEEDS_RECONNECT).exclude(last_error_code=REMOVED)
        for member in waiting.select_for_update(of=("self",)).select_related("account"):
            mark_working(member)


def track_expiry(connection: Connection, *, refreshable: bool) -> None:
    """Plans the next refresh: 15 minutes before the token ends, or at half of a shorter life."""
    if not refreshable or connection.token_expires_at is None:
        forget_expiry(connection)
        return
    life = connection.token_expires_at - now()
    TokenExpiry.objects.update_or_create(
        connection_id=connection.pk,
        defaults={
            "organization": connection.account.organization,
            "account": connection.account,
            "expires_at": connection.token_expires_at,
            "due_at": connection.token_expires_at - (AHEAD if life >= AHEAD * 1.5 else life / 2),
        },
    )


def try_again_at(connection: Connection, moment: dt.datetime) -> None:
    """Plans another try of a refresh that failed."""
    TokenExpiry.objects.filter(connection_id=connection.pk).update(due_at=moment)


def forget_expiry(connection: Connection) -> None:
    TokenExpiry.objects.filter(connection_id=connection.pk).delete()


def _copy_state(source: Connection, target: Connection) -> None:
    for field in ("status", "status_changed_at", "last_error_code", "last_error"):
        setattr(target, field, getattr(source, field))


def _mail_needs_reconnect(connection: Connection, reason: str) -> None:
    address = f"{settings.PUBLIC_URL.rstrip('/')}/connections/{connection.pk}/reconnect/"
    for user in people_to_warn(connection.account, also=connection.created_by_id):
        if not wants(user, "connection_needs_reconnect"):
            continue
        text = render_to_string(
            "emails/connection_needs_reconnect.txt",
            {
                "user": user,
                "connection": connection,
                "platform": platform_name(connection),
                "reason": reason,
                "address": address,
            },
        )
        enqueue_mail(EmailMultiAlternatives(f"{connection.name} needs to be reconnected", text, None, [user.email]))
