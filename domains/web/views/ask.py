"""What a proxy with certificates on demand asks (Caddy: `on_demand_tls { ask … }`) before it orders one."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from domains.services.names import may_have_certificate


@require_GET
def tls_ask(request: HttpRequest) -> HttpResponse:
    """200 for a host that serves a portal, 404 for any other. Tells nothing that the host itself would not."""
    name = request.GET.get("domain", "")[:253]
    return HttpResponse(status=200 if name and may_have_certificate(name) else 404)
