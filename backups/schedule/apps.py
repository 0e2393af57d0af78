from django.apps import AppConfig


class ScheduleConfig(AppConfig):
    name = "backups.schedule"
    label = "schedule"
    verbose_name = "Schedule"
