"""Mail that waits to be sent: written in the sender's transaction, delivered by what is due."""

from django.db import models

from listbackup.core.db import BaseModel


class MessageState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    DEAD = "dead", "Given up"


class OutboxMessage(BaseModel):
    recipient = models.EmailField()
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    sender = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["next_attempt_at"], condition=models.Q(state="waiting"), name="outbox_due")]

    def __str__(self) -> str:
        return f"{self.recipient}: {self.subject}"
