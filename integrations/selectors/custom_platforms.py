"""Reads of custom platforms."""

from uuid import UUID

from django.db.models import Count

from accounts.access.context import AccountContext
from accounts.access.querysets import TenantQuerySet
from integrations.errors import CustomPlatformNotFound
from integrations.models import CustomPlatform, CustomPlatformVersion
from integrations.selectors.connections import connections_of


def custom_platforms_of(context: AccountContext) -> TenantQuerySet[CustomPlatform]:
    """Those of the account and of the accounts below it, which the context may change; by name."""
    return _live(CustomPlatform.objects.visible_to(context))


def usable_custom_platforms(context: AccountContext) -> TenantQuerySet[CustomPlatform]:
    """Those that the account can connect to: its own, and those of the accounts above it; by name."""
    return _live(CustomPlatform.objects.shared_with(context))


def all_custom_platforms(context: AccountContext) -> TenantQuerySet[CustomPlatform]:
    """Both of the above, each once."""
    return _live(CustomPlatform.objects.visible_to(context) | CustomPlatform.objects.shared_with(context))


def get_custom_platform(context: AccountContext, platform_id: UUID) -> CustomPlatform:
    """One that the context may change. Raises CustomPlatformNotFound."""
    return _one(custom_platforms_of(context), platform_id)


def get_usable_custom_platform(context: AccountContext, platform_id: UUID) -> CustomPlatform:
    """One that the account can connect to. Raises CustomPlatformNotFound."""
    return _one(usable_custom_platforms(context), platform_id)


def versions_of(context: AccountContext, platform: CustomPlatform) -> TenantQuerySet[CustomPlatformVersion]:
    """Newest first, without their text."""
    found: TenantQuerySet[CustomPlatformVersion] = (
        CustomPlatformVersion.objects.visible_to(context)
        .filter(custom_platform=platform)
        .select_related("created_by")
        .defer("manifest")
        .order_by("-number")
    )
    return found


def get_version(context: AccountContext, platform: CustomPlatform, number: int) -> CustomPlatformVersion:
    """Raises CustomPlatformNotFound."""
    found = versions_of(context, platform).defer(None).filter(number=number).first()
    if found is None:
        raise CustomPlatformNotFound(f"{platform.name} has no version {number}.")
    return found


def custom_connection_counts(context: AccountContext) -> dict[UUID, int]:
    """Custom platform's id → how many of its connections the context sees: one query."""
    rows = connections_of(context).filter(custom_platform__isnull=False).order_by()
    return {row["custom_platform"]: row["count"] for row in rows.values("custom_platform").annotate(count=Count("id"))}


def _live(rows: TenantQuerySet[CustomPlatform]) -> TenantQuerySet[CustomPlatform]:
    found: TenantQuerySet[CustomPlatform] = (
        rows.filter(deleted_at=None).select_related("account").order_by("name", "-id")
    )
    return found


def _one(rows: TenantQuerySet[CustomPlatform], platform_id: UUID) -> CustomPlatform:
    found: CustomPlatform | None = rows.filter(pk=platform_id).first()
    if found is None:
        raise CustomPlatformNotFound("There is no such connector in this account.")
    return found
