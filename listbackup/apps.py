from django.apps import AppConfig


class ListBackupConfig(AppConfig):
    name = "listbackup"
    verbose_name = "ListBackup"

    def ready(self) -> None:
        from listbackup import celery  # noqa: F401
        from listbackup.core import checks  # noqa: F401
