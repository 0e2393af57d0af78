"""RFC 9457 problem details: the one place that turns an error into an API answer."""

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions as drf
from rest_framework.response import Response

from listbackup.core.errors import ListBackupError, TooLarge, TooMany

log = structlog.get_logger(__name__)
MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request is wrong",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "The request cannot be carried out",
    429: "Too many requests",
    500: "Internal error",
    502: "The platform answered with an error",
    503: "Temporarily unavailable",
}


def problem(
    status: int, detail: str, *, code: str = "", remedy: str = "", errors: dict[str, Any] | None = None, request: Any
) -> dict[str, Any]:
    """The body: type, title, status, detail, errors by field, correlation_id; `code` and `remedy` are ours."""
    body: dict[str, Any] = {
        "type": f"urn:listbackup:problem:{code or status}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "correlation_id": getattr(request, "correlation_id", ""),
    }
    if code:
        body["code"] = code
    if remedy:
        body["remedy"] = remedy
    if errors:
        body["errors"] = errors
    return body


def problem_response(error: ListBackupError, request: HttpRequest) -> HttpResponse:
    """A plain Django answer, for middleware and handlers outside of DRF."""
    body = problem(
        error.status, error.message, code=error.code, remedy=error.remedy, errors=error.fields, request=request
    )
    return JsonResponse(body, status=error.status, content_type=MEDIA_TYPE)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. What is not listed here is a fault of ours and stays an exception (500)."""
    request = context["request"]
    django_request = getattr(request, "_request", request)
    headers: dict[str, str] = {}
    if isinstance(error, RequestDataTooBig):
        error = TooLarge("The request is larger than 2.5 MB.", remedy="Send less at a time.")
    if isinstance(error, ListBackupError):
        if error.status >= 500:
            log.error("api_error", code=error.code, exc_info=error)
        if isinstance(error, TooMany):
            headers["Retry-After"] = str(int(error.retry_after))
        body = problem(
            error.status,
            error.message,
            code=error.code,
            remedy=error.remedy,
            errors=error.fields,
            request=django_request,
        )
        status = error.status
    elif isinstance(error, Http404 | PermissionDenied | drf.APIException):
        status, body, headers = _of_framework(error, django_request)
    else:
        return None
    response = Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)
    return response


def _of_framework(error: Exception, request: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    headers: dict[str, str] = {}
    if isinstance(error, Http404):
        return 404, problem(404, "There is no such thing here.", code="not_found", request=request), headers
    if isinstance(error, PermissionDenied):
        return 403, problem(403, "You may not do this.", code="access.forbidden", request=request), headers
    assert isinstance(error, drf.APIException)
    if isinstance(error, drf.Throttled):
        headers["Retry-After"] = str(int(getattr(error, "wait", None) or 60))
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if isinstance(error, drf.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        body = problem(400, "Some fields are wrong.", code="input.invalid", errors=fields, request=request)
        return 400, body, headers
    status = error.status_code
    codes = error.get_codes()
    body = problem(status, str(error.detail), code=codes if isinstance(codes, str) else "", request=request)
    return status, body, headers
