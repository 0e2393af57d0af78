from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "accounts.activity"
    label = "activity"
    verbose_name = "Activity"
