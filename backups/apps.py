from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "backups"
    verbose_name = "Backups"

    def ready(self) -> None:
        from backups import receivers, rules  # noqa: F401
        from backups.selectors.usage import register_counters

        register_counters()
