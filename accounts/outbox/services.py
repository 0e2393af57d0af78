"""Puts mail into the outbox and delivers what is due, at least once, with growing pauses up to an hour."""

import datetime as dt
import smtplib

from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from accounts.outbox.models import MessageState, OutboxMessage
from listbackup.core.clock import now

MAX_ATTEMPTS = 12
BATCH = 50


def enqueue_mail(mail: EmailMultiAlternatives) -> None:
    """Stores one row a recipient and rings the bell on commit."""
    from accounts.tasks import send_outbox  # late: leaf task

    html = next((part[0] for part in getattr(mail, "alternatives", []) if part[1] == "text/html"), "")
    for recipient in mail.to:
        OutboxMessage.objects.create(
            recipient=recipient,
            subject=str(mail.subject)[:300],
            text=str(mail.body),
            html=html,
            sender=mail.from_email or "",
            next_attempt_at=now(),
        )
    send_outbox.ring(queue="alerts")


def deliver_due(limit: int = BATCH) -> int:
    """Sends what is due; returns how many were sent. Two deliverers never take the same row."""
    sent = 0
    for _ in range(limit):
        with transaction.atomic():
            message = (
                OutboxMessage.objects.select_for_update(skip_locked=True)
                .filter(state=MessageState.WAITING, next_attempt_at__lte=now())
                .order_by("next_attempt_at")
                .first()
            )
            if message is None:
                break
            sent += _attempt(message)
    return sent


def _attempt(message: OutboxMessage) -> int:
    mail = EmailMultiAlternatives(message.subject, message.text, message.sender or None, [message.recipient])
    # The same row always carries the same id, so that a mail sent twice can be recognised.
    mail.extra_headers["Message-ID"] = f"<{message.id}@listbackup>"
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    message.attempts += 1
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as error:
        message.last_error = str(error)[:300]
        pause = min(3600, 15 * 2**message.attempts)
        message.next_attempt_at = now() + dt.timedelta(seconds=pause)
        if message.attempts >= MAX_ATTEMPTS:
            message.state = MessageState.DEAD
        message.save()
        return 0
    message.state, message.sent_at, message.last_error = MessageState.SENT, now(), ""
    message.save()
    return 1
