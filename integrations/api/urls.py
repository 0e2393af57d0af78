"""API of the integrations app, below /api/v1/."""

from django.urls import path

from integrations.api.views import connections, custom_platforms, hooks, oauth, platforms, webhooks

app_name = "integrations_api"
urlpatterns = [
    path("platforms", platforms.PlatformsView.as_view(), name="platforms-list"),
    path("platforms/<slug:pk>", platforms.PlatformView.as_view(), name="platforms-get"),
    path("platforms/<slug:pk>/sources", platforms.StreamsView.as_view(), name="platform-sources-list"),
    path(
        "platforms/<slug:pk>/sources/<str:stream>",
        platforms.StreamView.as_view(),
        name="platform-sources-get",
    ),
    path(
        "platforms/<slug:pk>/connections",
        connections.PlatformConnectionsView.as_view(),
        name="platform-connections",
    ),
    path("custom-platforms", custom_platforms.CustomPlatformsView.as_view(), name="custom-platforms"),
    path("custom-platforms/check", custom_platforms.LiveCheckView.as_view(), name="custom-platforms-check"),
    path("custom-platforms/<uuid:pk>", custom_platforms.CustomPlatformView.as_view(), name="custom-platform"),
    path("custom-platforms/<uuid:pk>/versions", custom_platforms.VersionsView.as_view(), name="custom-versions"),
    path(
        "custom-platforms/<uuid:pk>/versions/<int:number>",
        custom_platforms.VersionView.as_view(),
        name="custom-version",
    ),
    path("integrations/oauth/start/<slug:provider>", oauth.StartView.as_view(), name="oauth-start"),
    path("integrations/oauth/callback/<slug:provider>", oauth.CallbackView.as_view(), name="oauth-callback"),
    path("hooks/app/<slug:platform>", hooks.AppHookView.as_view(), name="hook-app"),
    path("hooks/<str:token>", hooks.ConnectionHookView.as_view(), name="hook"),
    path("connections", connections.ConnectionsView.as_view(), name="connections"),
    path("connections/<uuid:pk>", connections.ConnectionView.as_view(), name="connection"),
    path("connections/<uuid:pk>/webhook", webhooks.ConnectionWebhookView.as_view(), name="connection-webhook"),
    path("connections/<uuid:pk>/test", connections.ConnectionTestView.as_view(), name="connection-test"),
]
