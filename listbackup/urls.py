"""All routes. Each app's `web/urls.py` and `api/urls.py` hold their own."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("_allauth/", include("allauth.headless.urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.web.urls")),
]
handler400 = "listbackup.core.web.errors.bad_request"
handler403 = "listbackup.core.web.errors.forbidden"
handler404 = "listbackup.core.web.errors.not_found"
handler500 = "listbackup.core.web.errors.server_error"
