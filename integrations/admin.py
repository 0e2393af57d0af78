"""Support's view of connections: everything except secrets, nothing to write."""

from django.contrib import admin

from accounts.access.admin import TenantAdmin
from integrations.models import Connection, CustomPlatform


@admin.register(Connection)
class ConnectionAdmin(TenantAdmin):
    list_display = ["name", "platform", "account", "status", "external_label", "token_expires_at", "last_checked_at"]
    list_filter = ["status", "platform", "auth_kind"]
    list_select_related = ["account"]
    search_fields = ["name", "external_id", "external_label"]
    exclude = ["secret"]


@admin.register(CustomPlatform)
class CustomPlatformAdmin(TenantAdmin):
    list_display = ["name", "key", "account", "version", "updated_at"]
    list_select_related = ["account"]
    search_fields = ["name", "key"]
