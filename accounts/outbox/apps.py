from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "accounts.outbox"
    label = "outbox"
    verbose_name = "Outbox"
