"""Where a person goes on after connecting."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from integrations.models import Connection
from integrations.oauth.flow import safe_path

PLACE = "{connection}"


def asked_path(request: HttpRequest) -> str:
    """`return_to` of the form or the address, when it is a path of this site, else ''."""
    path = safe_path(request.POST.get("return_to") or request.GET.get("return_to") or "")
    return path if path and url_has_allowed_host_and_scheme(path, allowed_hosts={request.get_host()}) else ""


def after_connecting(request: HttpRequest, connection: Connection, path: str | None = None) -> str:
    """The page that began, with `{connection}` in its address filled in, else the connection's own page."""
    target = safe_path(connection.return_to if path is None else path)
    if not target or not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return reverse("connections:detail", args=[connection.pk])
    if PLACE in target:
        return target.replace(PLACE, str(connection.pk))
    return f"{target}{'&' if '?' in target else '?'}connection={connection.pk}"
