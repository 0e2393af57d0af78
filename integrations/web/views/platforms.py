"""The catalogue of platforms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access.pages import AccountPage
from integrations.models.connection import CUSTOM
from integrations.selectors.connections import connections_of
from integrations.selectors.custom_platforms import usable_custom_platforms
from integrations.selectors.platforms import catalogue, categories, connection_counts, get_platform
from integrations.web.consent import allow_consent_page

CUSTOM_SHOWN = 12


class PlatformListPage(AccountPage):
    permissions = {"get": "platform.view"}

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = {"category": request.GET.get("category", ""), "search": request.GET.get("q", "")[:100]}
        counts = connection_counts(self.context)
        found = [{"platform": platform, "connections": counts.get(platform.key, 0)} for platform in catalogue(**wanted)]
        custom = usable_custom_platforms(self.context)
        if wanted["category"] not in ("", CUSTOM):
            custom = custom.none()
        if wanted["search"]:
            custom = custom.filter(name__icontains=wanted["search"])
        context = {"platforms": found, "custom": custom[:CUSTOM_SHOWN], "categories": categories(), **wanted}
        return render(request, "integrations/platform_list.html", context)


class PlatformPage(AccountPage):
    permissions = {"get": "platform.view"}

    def get(self, request: HttpRequest, platform: str) -> HttpResponse:
        found = get_platform(platform)
        context = {
            "platform": found,
            "connections": connections_of(self.context).filter(platform=found.key)[:50],
        }
        return allow_consent_page(render(request, "integrations/platform_detail.html", context), found)
