from django.apps import AppConfig


class CoreWebConfig(AppConfig):
    """Carries the template tags."""

    name = "listbackup.core.web"
    label = "core_web"
