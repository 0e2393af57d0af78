"""Support looks at backups; it writes nothing here. Keys and checkpoints are not shown."""

from django.contrib import admin

from accounts.access.admin import ReadOnlyAdmin, TenantAdmin
from backups.models import AccountKey, Job, RecoveryKey, SavedQuery, Snapshot, Source, SourceGroup, StreamFields
from backups.schedule.models import ActiveJob, DueCare, DueSource


@admin.register(Source)
class SourceAdmin(TenantAdmin):
    list_display = ("name", "account", "status", "health", "records", "last_good_at", "next_run_at")
    list_filter = ("status", "health")
    search_fields = ("name", "id")
    list_select_related = ("account",)


@admin.register(SourceGroup)
class SourceGroupAdmin(TenantAdmin):
    list_display = ("name", "account", "status", "created_at")
    list_filter = ("status",)
    search_fields = ("name",)
    list_select_related = ("account",)


@admin.register(Job)
class JobAdmin(TenantAdmin):
    list_display = ("id", "kind", "source", "state", "trigger", "attempt", "error_code", "started_at", "finished_at")
    list_filter = ("kind", "state", "trigger", "queue")
    search_fields = ("id", "source__name", "error_code")
    list_select_related = ("source",)
    exclude = ("checkpoint",)


@admin.register(Snapshot)
class SnapshotAdmin(TenantAdmin):
    list_display = ("id", "source", "number", "taken_at", "status", "records", "bytes_stored", "verified_ok")
    list_filter = ("status", "verified_ok")
    search_fields = ("id", "source__name")
    list_select_related = ("source",)


@admin.register(AccountKey)
class AccountKeyAdmin(TenantAdmin):
    list_display = ("account", "version", "provider", "state", "created_at")
    list_filter = ("state", "provider")
    list_select_related = ("account",)


@admin.register(RecoveryKey)
class RecoveryKeyAdmin(TenantAdmin):
    list_display = ("account", "recovery_id", "created_at", "shown_at")
    list_select_related = ("account",)


@admin.register(SavedQuery)
class SavedQueryAdmin(TenantAdmin):
    list_display = ("name", "source", "account", "updated_at")
    list_select_related = ("source", "account")


@admin.register(StreamFields)
class StreamFieldsAdmin(TenantAdmin):
    list_display = ("stream", "version", "source", "created_at")
    list_select_related = ("source",)


@admin.register(DueSource)
class DueSourceAdmin(ReadOnlyAdmin):
    list_display = ("source_id", "organization", "account", "due_at", "slot")
    list_select_related = ("organization", "account")


@admin.register(DueCare)
class DueCareAdmin(ReadOnlyAdmin):
    list_display = ("source_id", "organization", "account", "due_at")
    list_select_related = ("organization", "account")


@admin.register(ActiveJob)
class ActiveJobAdmin(ReadOnlyAdmin):
    list_display = ("job_id", "organization", "account", "queue", "next_check_at", "rings")
    list_filter = ("queue",)
    list_select_related = ("organization", "account")
