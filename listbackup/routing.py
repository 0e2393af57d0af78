"""WebSocket routes."""

from django.urls import URLPattern, URLResolver, path

from backups.live import JobConsumer

websocket_urlpatterns: list[URLPattern | URLResolver] = [
    path("ws/jobs/<uuid:pk>/", JobConsumer.as_asgi()),  # type: ignore[list-item]
]
