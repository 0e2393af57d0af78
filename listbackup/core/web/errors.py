"""Error pages: the one place that turns an error into a page."""

from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from listbackup.core.api.problems import problem_response
from listbackup.core.errors import Forbidden, InvalidInput, ListBackupError, NotFound, Unavailable

log = structlog.get_logger(__name__)


def error_page(request: HttpRequest, error: ListBackupError) -> HttpResponse:
    """`templates/errors/<code>.html`, `<status>.html` or the general one of its class, with message, remedy and correlation id."""
    if request.path.startswith(("/api/", "/_allauth/")):
        return problem_response(error, request)
    names = [
        f"errors/{error.code}.html",
        f"errors/{error.status}.html",
        "errors/500.html" if error.status >= 500 else "errors/400.html",
    ]
    context = {"error": error, "correlation_id": getattr(request, "correlation_id", "")}
    if error.status >= 500:
        # Without context processors: the page must come also when the database or the cache does not answer. What is
        # known of a portal's look is used, so that it keeps its name.
        context |= {"is_portal": getattr(request, "portal", None) is not None, **getattr(request, "portal_frame", {})}
        return HttpResponse(render_to_string(names, context), status=error.status)
    return render(request, names, context, status=error.status)


class ErrorPageMiddleware:
    """Answers our own errors that leave a page's view."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)  # type: ignore[no-any-return]

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ListBackupError):
            return None
        if error.status >= 500:
            log.error("page_error", code=error.code, exc_info=error)
        return error_page(request, error)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, InvalidInput("The request could not be understood."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, Forbidden("You may not see this page."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, NotFound("There is no such page, or it belongs to somebody else."))


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(request, Unavailable("The page could not be made.", code="server.error"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(
        request,
        Forbidden(
            "The form was open for too long, or cookies are blocked.",
            code="csrf.failed",
            remedy="Go back, reload the page and send the form again.",
        ),
    )
