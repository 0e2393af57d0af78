"""Creates the demo organization (called by `up --demo` beside its sandbox)."""

from typing import Any

from django.core.management.base import BaseCommand

from listbackup.demo.seed import make_demo


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for line in make_demo():
            self.stdout.write(line)
