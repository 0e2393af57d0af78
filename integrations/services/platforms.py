"""Brings the public directory of platforms in line with the registry."""

from django.db import transaction

from integrations.connector.registry import platforms
from integrations.directory.models import Platform
from integrations.enums import PlatformStatus


@transaction.atomic
def sync_platforms() -> int:
    """Inserts, renames and retires rows; returns how many platforms are available."""
    known = platforms()
    for key, manifest in known.items():
        Platform.objects.update_or_create(
            key=key,
            defaults={"name": manifest.name, "category": manifest.category, "status": PlatformStatus.AVAILABLE},
        )
    Platform.objects.exclude(key__in=known).update(status=PlatformStatus.RETIRED)
    return len(known)
