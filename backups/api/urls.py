"""API of the backups app, below /api/v1/."""

from django.urls import path

from backups.api.views import comparison, fields, groups, jobs, keys, proof, queries, searching, snapshots, sources

urlpatterns = [
    path("sources", sources.SourcesView.as_view(), name="sources"),
    path("sources/<uuid:pk>", sources.SourceView.as_view(), name="source"),
    path("sources/<uuid:pk>/sync", sources.SourceSyncView.as_view(), name="source-sync"),
    path("sources/<uuid:pk>/test", sources.SourceTestView.as_view(), name="source-test"),
    path("sources/<uuid:pk>/compare", comparison.CompareView.as_view(), name="source-compare"),
    path("sources/<uuid:pk>/changes", comparison.ChangesView.as_view(), name="source-changes"),
    path("sources/<uuid:pk>/search", searching.SearchView.as_view(), name="source-search"),
    path("sources/<uuid:pk>/query", queries.QueryView.as_view(), name="source-query"),
    path("sources/<uuid:pk>/queries", queries.SavedQueriesView.as_view(), name="source-queries"),
    path("sources/<uuid:pk>/queries/<uuid:query_id>", queries.SavedQueryView.as_view(), name="source-saved-query"),
    path("sources/<uuid:pk>/fields", fields.FieldsView.as_view(), name="source-fields"),
    path("sources/<uuid:pk>/proof", proof.ProofView.as_view(), name="source-proof"),
    path("sources/<uuid:pk>/proof/report", proof.ProofReportView.as_view(), name="source-proof-report"),
    path("sources/<uuid:pk>/snapshots", snapshots.SnapshotsView.as_view(), name="source-snapshots"),
    path("sources/<uuid:pk>/retention", snapshots.RetentionView.as_view(), name="source-retention"),
    path("snapshots/<uuid:pk>", snapshots.SnapshotView.as_view(), name="snapshot"),
    path("snapshots/<uuid:pk>/keep", snapshots.SnapshotKeepView.as_view(), name="snapshot-keep"),
    path("holds", snapshots.HoldsView.as_view(), name="holds"),
    path("holds/<uuid:pk>", snapshots.HoldView.as_view(), name="hold"),
    path("source-groups", groups.GroupsView.as_view(), name="source-groups"),
    path("source-groups/<uuid:pk>", groups.GroupView.as_view(), name="source-group"),
    path("source-groups/<uuid:pk>/sources", groups.GroupSourcesView.as_view(), name="source-group-sources"),
    path(
        "source-groups/<uuid:pk>/sources/<uuid:source_id>",
        groups.GroupSourceView.as_view(),
        name="source-group-source",
    ),
    path("source-groups/<uuid:pk>/sync", groups.GroupSyncView.as_view(), name="source-group-sync"),
    path("keys", keys.KeysView.as_view(), name="keys"),
    path("jobs", jobs.JobsView.as_view(), name="jobs"),
    path("jobs/queue", jobs.QueueView.as_view(), name="jobs-queue"),
    path("jobs/<uuid:pk>", jobs.JobView.as_view(), name="job"),
]
