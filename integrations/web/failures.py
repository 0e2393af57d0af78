"""The page for a connection that was not made. Its address lies below /api/, where errors are JSON otherwise."""

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from integrations.errors import PlatformNotFound
from integrations.selectors.platforms import PlatformInfo, get_platform
from listbackup.core.errors import ListBackupError

log = structlog.get_logger(__name__)


def connect_failed_page(request: HttpRequest, error: ListBackupError, *, platform: str) -> HttpResponse:
    """What happened, what to do, and the way back to the platform's page; nothing of the address is repeated."""
    known: PlatformInfo | None
    try:
        known = get_platform(platform)
    except PlatformNotFound:
        known = None
    log.warning("connect_failed", platform=known.key if known else "", code=error.code)
    context = {"error": error, "platform": known, "correlation_id": getattr(request, "correlation_id", "")}
    response = render(request, "integrations/connect_failed.html", context, status=error.status)
    response["Referrer-Policy"] = "no-referrer"
    return response
