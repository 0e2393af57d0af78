from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "backups"
    verbose_name = "Backups"

    def ready(self) -> None:
        from accounts.activity.vault import register_vault
        from backups import receivers, rules  # noqa: F401
        from backups.selectors.usage import register_counters
        from backups.services.activity_vault import ActivityVault

        register_counters()
        register_vault(ActivityVault())
