"""Support's view of single sign-on: everything is read, one switch is there for organizations that locked themselves out."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.access.admin import ReadOnlyAdmin
from accounts.access.resolve import system_context
from accounts.access.schema import entered
from accounts.activity.services import record
from accounts.models import Account
from accounts.sso.models import EmailDomain, IdentityProvider


@admin.register(IdentityProvider)
class IdentityProviderAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "organization", "enabled", "tested_at"]
    list_filter = ["kind", "enabled"]
    search_fields = ["name", "slug", "organization__name"]
    exclude = ["secret"]


@admin.register(EmailDomain)
class EmailDomainAdmin(ModelAdmin):  # type: ignore[misc]
    """A requirement can be changed; the customer reads in the activity that support did it."""

    list_display = ["domain", "organization", "verified_at", "sso_required", "break_glass"]
    list_filter = ["sso_required"]
    search_fields = ["domain", "organization__name"]
    fields = ["domain", "organization", "verified_at", "checked_at", "sso_required", "break_glass"]
    readonly_fields = ["domain", "organization", "verified_at", "checked_at", "break_glass"]
    ordering = ["-id"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: EmailDomain, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        root = Account.objects.get(organization=obj.organization_id, parent__isnull=True)
        with entered(root.organization):
            facts: dict[str, Any] = {"required": obj.sso_required, "by": f"support ({request.user})"}
            record(system_context(root), "sso.requirement_changed", obj, **facts)
