"""All routes. Each app's `web/urls.py` and `api/urls.py` hold their own."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularSwaggerSplitView

from listbackup.status import views as status

api_v1: list[URLPattern | URLResolver] = [
    path("status", status.StatusView.as_view(), name="status"),
    path("system/health", status.HealthView.as_view(), name="system-health"),
    path("system/openapi-export", status.OpenApiView.as_view(), name="openapi-export"),
    path("", include("accounts.api.urls")),
    path("", include("accounts.sso.api.urls")),
    path("", include("integrations.api.urls")),
    path("", include("backups.api.urls")),
    path("", include("teams.api.urls")),
    path("", include("clients.api.urls")),
    path("", include("domains.api.urls")),
]


class SwaggerView(SpectacularSwaggerSplitView):
    """The API's page, from local files; its set-up script is a file of its own, as our content policy wants it."""

    public = True
    template_name = "api_docs.html"


urlpatterns = [
    path("", include("accounts.sso.web.urls")),
    path("accounts/", include("allauth.urls")),
    path("_allauth/", include("allauth.headless.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include((api_v1, "api"))),
    path("api/docs", SwaggerView.as_view(url_name="api:openapi-export"), name="api-docs"),
    path("", include("accounts.web.urls")),
    path("", include("integrations.web.urls")),
    path("", include("backups.web.urls")),
    path("", include("teams.web.urls")),
    path("", include("clients.web.urls")),
    path("", include("domains.web.urls")),
]
if settings.DEBUG:
    from django.views.generic import TemplateView

    from listbackup.core.web.samples import samples

    styleguide = TemplateView.as_view(template_name="styleguide.html", extra_context=samples())
    urlpatterns += [path("styleguide/", styleguide, name="styleguide")]
handler400 = "listbackup.core.web.errors.bad_request"
handler403 = "listbackup.core.web.errors.forbidden"
handler404 = "listbackup.core.web.errors.not_found"
handler500 = "listbackup.core.web.errors.server_error"
