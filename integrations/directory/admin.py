"""Support's view of what is known before an organization is."""

from django.contrib import admin

from accounts.access.admin import ReadOnlyAdmin
from integrations.directory.models import OAuthState, Platform, TokenExpiry, WebhookAddress


@admin.register(Platform)
class PlatformAdmin(ReadOnlyAdmin):
    list_display = ["name", "key", "category", "status", "updated_at"]
    list_filter = ["category", "status"]
    search_fields = ["name", "key"]


@admin.register(OAuthState)
class OAuthStateAdmin(ReadOnlyAdmin):
    list_display = ["platform", "user", "account", "created_at", "expires_at", "used_at"]
    list_filter = ["platform"]
    list_select_related = ["user", "account"]
    exclude = ["state_hash", "session_hash", "verifier"]


@admin.register(TokenExpiry)
class TokenExpiryAdmin(ReadOnlyAdmin):
    list_display = ["connection_id", "organization", "account", "expires_at", "due_at"]
    list_select_related = ["organization", "account"]
    date_hierarchy = "due_at"


@admin.register(WebhookAddress)
class WebhookAddressAdmin(ReadOnlyAdmin):
    list_display = ["connection_id", "platform", "organization", "account", "last_received_at", "received", "repeated"]
    list_filter = ["platform"]
    list_select_related = ["organization", "account"]
    exclude = ["token", "token_hash", "signing_secret"]
