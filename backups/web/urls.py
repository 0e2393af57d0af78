"""Pages of the backups app."""

from django.urls import include, path

from accounts.web.context import add_navigation
from backups.web.views import (
    compare,
    data,
    fields,
    groups,
    jobs,
    keys,
    onboarding,
    overview,
    proof,
    queries,
    retention,
    snapshots,
    sources,
)

source_pages = [
    path("", sources.SourceListPage.as_view(), name="list"),
    path("deleted/", sources.DeletedSourcesPage.as_view(), name="deleted"),
    path("deleted/<uuid:pk>/", sources.BringBackPage.as_view(), name="bring-back"),
    path("<uuid:pk>/", sources.SourcePage.as_view(), name="detail"),
    path("<uuid:pk>/data/", data.DataPage.as_view(), name="data"),
    path("<uuid:pk>/record/", data.RecordPage.as_view(), name="record"),
    path("<uuid:pk>/snapshots/", snapshots.SourceSnapshotsPage.as_view(), name="snapshots"),
    path("<uuid:pk>/fields/", fields.FieldsPage.as_view(), name="fields"),
    path("<uuid:pk>/proof/", proof.ProofPage.as_view(), name="proof"),
    path("<uuid:pk>/proof/report/", proof.ProofReportPage.as_view(), name="proof-report"),
    path("<uuid:pk>/query/", queries.QueryPage.as_view(), name="query"),
    path("<uuid:pk>/query/download/", queries.QueryDownloadPage.as_view(), name="query-download"),
    path("<uuid:pk>/query/save/", queries.QuerySavePage.as_view(), name="query-save"),
    path("<uuid:pk>/query/delete/", queries.QueryDeletePage.as_view(), name="query-delete"),
    path("<uuid:pk>/compare/", compare.ComparePage.as_view(), name="compare"),
    path("<uuid:pk>/retention/", retention.RetentionPage.as_view(), name="retention"),
    path("<uuid:pk>/hold/", retention.SourceHoldPage.as_view(), name="hold"),
    path("<uuid:pk>/settings/", sources.SourceSettingsPage.as_view(), name="settings"),
    path("<uuid:pk>/sync/", sources.SourceSyncPage.as_view(), name="sync"),
    path("<uuid:pk>/pause/", sources.SourcePausePage.as_view(), name="pause"),
    path("<uuid:pk>/test/", sources.SourceTestPage.as_view(), name="test"),
    path("<uuid:pk>/delete/", sources.SourceDeletePage.as_view(), name="delete"),
]
group_pages = [
    path("", groups.GroupListPage.as_view(), name="list"),
    path("<uuid:pk>/", groups.GroupPage.as_view(), name="detail"),
    path("<uuid:pk>/sync/", groups.GroupSyncPage.as_view(), name="sync"),
    path("<uuid:pk>/delete/", groups.GroupDeletePage.as_view(), name="delete"),
]
job_pages = [
    path("", jobs.JobListPage.as_view(), name="list"),
    path("<uuid:pk>/", jobs.JobPage.as_view(), name="detail"),
    path("<uuid:pk>/progress/", jobs.JobProgressPage.as_view(), name="progress"),
    path("<uuid:pk>/cancel/", jobs.JobCancelPage.as_view(), name="cancel"),
    path("<uuid:pk>/retry/", jobs.JobRetryPage.as_view(), name="retry"),
]
snapshot_pages = [
    path("", snapshots.SearchPage.as_view(), name="search"),
    path("<uuid:pk>/verify/", snapshots.SnapshotVerifyPage.as_view(), name="verify"),
    path("<uuid:pk>/delete/", retention.SnapshotDeletePage.as_view(), name="delete"),
    path("<uuid:pk>/keep/", retention.SnapshotKeepPage.as_view(), name="keep"),
    path("<uuid:pk>/export/", snapshots.SnapshotExportPage.as_view(), name="export"),
]
hold_pages = [
    path("", retention.HoldsPage.as_view(), name="list"),
    path("<uuid:pk>/release/", retention.HoldReleasePage.as_view(), name="release"),
]
onboarding_pages = [
    path("", onboarding.ChoosePlatformPage.as_view(), name="platform"),
    path("<uuid:pk>/streams/", onboarding.ChooseStreamsPage.as_view(), name="streams"),
    path("<uuid:pk>/counts/", onboarding.StreamCountsPage.as_view(), name="counts"),
    path("<uuid:pk>/running/", onboarding.FirstBackupPage.as_view(), name="running"),
]
key_pages = [
    path("", keys.KeysPage.as_view(), name="list"),
    path("holder/", keys.KeyHolderPage.as_view(), name="holder"),
    path("recovery-kit/", keys.RecoveryKitPage.as_view(), name="recovery-kit"),
]
urlpatterns = [
    path("", overview.OverviewPage.as_view(), name="dashboard"),
    path("sources/", include((source_pages, "sources"))),
    path("groups/", include((group_pages, "groups"))),
    path("jobs/", include((job_pages, "jobs"))),
    path("snapshots/", include((snapshot_pages, "snapshots"))),
    path("holds/", include((hold_pages, "holds"))),
    path("exports/<uuid:pk>/", snapshots.ExportDownloadPage.as_view(), name="export-download"),
    path("settings/keys/", include((key_pages, "keys"))),
    path("start/", include((onboarding_pages, "onboarding"))),
]
add_navigation("Overview", "dashboard", "overview", "source.view")
add_navigation("Sources", "sources:list", "source", "source.view")
add_navigation("Groups", "groups:list", "group", "group.view")
add_navigation("Snapshots & search", "snapshots:search", "snapshot", "record.view")
add_navigation("Jobs", "jobs:list", "job", "job.view")
add_navigation("Keys", "keys:list", "key", "key.view")
