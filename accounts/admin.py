"""Support's view of people, organizations and mail."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from accounts.access import staff
from accounts.access.admin import ReadOnlyAdmin, TenantAdmin
from accounts.activity.models import Entry
from accounts.models import Account, IdempotencyKey, Membership, Organization, SchemaTemplate, User
from accounts.outbox.models import MessageState, OutboxMessage
from listbackup.core.clock import now

admin.site.site_header = admin.site.site_title = "ListBackup support"


@admin.register(User)
class UserAdmin(ModelAdmin):  # type: ignore[misc]
    """People are anonymised, never deleted; passwords are never set by staff."""

    list_display = ["email", "name", "is_active", "is_staff", "last_login", "created_at"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    fields = ["email", "name", "time_zone", "language", "is_active", "is_staff", "last_login", "created_at"]
    readonly_fields = ["email", "last_login", "created_at"]
    ordering = ["-id"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SupportSessionForm(forms.Form):
    reason = forms.CharField(max_length=300, min_length=5, help_text="Shown in the customer's activity log.")


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    list_display = ["name", "schema_name", "created_at", "support"]
    search_fields = ["name", "schema_name", "accounts__name", "accounts__slug"]

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<uuid:pk>/open/", self.admin_site.admin_view(self.open_view), name="accounts_organization_open"),
            path("close/", self.admin_site.admin_view(self.close_view), name="accounts_organization_close"),
        ]
        return own + list(super().get_urls())

    @admin.display(description="Support session")
    def support(self, organization: Organization) -> str:
        url = reverse("admin:accounts_organization_open", args=[organization.pk])
        return format_html('<a href="{}">Open …</a>', url)

    def open_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        """Asks for the reason, then opens the organization's data for an hour."""
        organization = get_object_or_404(Organization, pk=pk)
        form = SupportSessionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            staff.open_session(request, organization, form.cleaned_data["reason"])
            messages.success(request, f"{organization.name} is open for an hour. It is noted in their activity.")
            return redirect("admin:index")
        context = self.admin_site.each_context(request) | {
            "form": form,
            "organization": organization,
            "title": f"Open {organization.name}",
        }
        return render(request, "admin/accounts/open_session.html", context)

    def close_view(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            staff.close_session(request)
            messages.success(request, "The support session is closed.")
        return redirect("admin:index")


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ["name", "slug", "organization", "level", "status", "created_at"]
    list_filter = ["status", "level"]
    list_select_related = ["organization"]
    search_fields = ["name", "slug"]


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["user", "account", "role", "status", "last_access_at"]
    list_filter = ["role", "status"]
    list_select_related = ["user", "account"]
    search_fields = ["user__email", "account__name"]


@admin.register(OutboxMessage)
class OutboxAdmin(ReadOnlyAdmin):
    list_display = ["recipient", "subject", "state", "attempts", "next_attempt_at", "sent_at", "last_error"]
    list_filter = ["state"]
    search_fields = ["recipient", "subject"]
    # The texts hold links that sign people in: support does not need them.
    exclude = ["text", "html"]
    actions = ["send_again"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and bool(super(ReadOnlyAdmin, self).has_change_permission(request, obj))

    @admin.action(description="Send again")
    def send_again(self, request: HttpRequest, queryset: Any) -> None:
        count = queryset.exclude(state=MessageState.SENT).update(
            state=MessageState.WAITING, attempts=0, next_attempt_at=now()
        )
        messages.success(request, f"{count} messages wait to be sent again.")


@admin.register(SchemaTemplate)
class SchemaTemplateAdmin(ReadOnlyAdmin):
    list_display = ["fingerprint", "made_at"]
    exclude = ["sql"]


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    list_display = ["user", "account", "method_path", "status", "created_at"]
    list_select_related = ["user", "account"]
    exclude = ["body", "key"]


@admin.register(Entry)
class EntryAdmin(TenantAdmin):
    list_display = ["number", "at", "actor", "action", "object_type", "object_label", "via"]
    list_filter = ["action", "via"]
    search_fields = ["actor", "object_label", "action"]
