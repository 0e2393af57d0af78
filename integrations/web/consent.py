"""Forms that end at a platform's consent page."""

from urllib.parse import urlsplit

from django.http import HttpResponse

from integrations.oauth.clients import browser_url
from integrations.selectors.platforms import PlatformInfo


def allow_consent_page(response: HttpResponse, platform: PlatformInfo) -> HttpResponse:
    """Lets the page's forms lead to the platform's sign-in: browsers apply `form-action` to redirects as well."""
    if not platform.authorize_url:
        return response
    parts = urlsplit(browser_url(platform.authorize_url))
    response._csp_update = {"form-action": [f"{parts.scheme}://{parts.netloc}"]}  # type: ignore[attr-defined]
    return response
