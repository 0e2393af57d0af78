"""Our middleware, and why its order in the settings is what it is.

1. structlog's RequestMiddleware gives every request an id before anything can log.
2. CorrelationMiddleware copies it to the answer and to `request.correlation_id` for error pages and problems.
3. PortalHostMiddleware says whose host it is; unknown ones end here, before anything redirects to them.
4. Security, static files and the content policy come before anything that touches a session.
5. BodyLimitMiddleware refuses large bodies before anything reads them.
6. Sessions, CSRF, authentication, allauth, htmx.
7. AccountContextMiddleware last: it needs the person, and must see every exit of the view.
"""

from collections.abc import Callable

import structlog
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from listbackup.core.api.problems import problem_response
from listbackup.core.errors import TooLarge
from listbackup.core.ids import uuid7
from listbackup.core.web.errors import error_page

GetResponse = Callable[[HttpRequest], HttpResponse]


class CorrelationMiddleware:
    """Puts `X-Correlation-ID` on every answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        correlation_id = str(uuid7())
        structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
        request.correlation_id = correlation_id  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Correlation-ID"] = correlation_id
        return response


class ContentPolicyMiddleware(CSPMiddleware):
    """The strict policy for every page, and ADMIN_CONTENT_POLICY's exceptions for the admin alone."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith("/admin/") and not report_only:
            parts.replace = {**settings.ADMIN_CONTENT_POLICY, **(parts.replace or {})}
        return parts


class BodyLimitMiddleware:
    """413 for bodies over REQUEST_BODY_LIMIT, by their declared length; a body without one is refused too."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        declared = request.META.get("CONTENT_LENGTH") or "0"
        chunked = "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
        if chunked or not declared.isdigit() or int(declared) > settings.REQUEST_BODY_LIMIT:
            limit = settings.REQUEST_BODY_LIMIT // (1024 * 1024)
            error = TooLarge(f"The request is larger than {limit} MB.", remedy="Send less at a time.")
            if request.path.startswith(("/api/", "/_allauth/")):
                return problem_response(error, request)
            return error_page(request, error)
        return self.get_response(request)
