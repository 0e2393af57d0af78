"""The agency's pages about clients."""

from django.urls import include, path

from accounts.web.context import add_navigation
from clients.web.views import branding, clients, requests

client_pages = [
    path("", clients.ClientListPage.as_view(), name="list"),
    path("portal/", branding.BrandingPage.as_view(), name="branding"),
    path("portal/images/<slug:kind>/", branding.BrandImagePage.as_view(), name="brand-image"),
    path("requests/", requests.RequestListPage.as_view(), name="requests"),
    path("<uuid:pk>/", clients.ClientPage.as_view(), name="detail"),
    path("<uuid:pk>/change/", clients.ClientChangePage.as_view(), name="change"),
    path("<uuid:pk>/invite/", clients.ClientInvitePage.as_view(), name="invite"),
    path("<uuid:pk>/share/", clients.ClientGrantPage.as_view(), name="share"),
    path("<uuid:pk>/permissions/", clients.ClientPermissionsPage.as_view(), name="permissions"),
    path("<uuid:pk>/suspend/", clients.ClientSuspendPage.as_view(), name="suspend"),
    path("<uuid:pk>/archive/", clients.ClientArchivePage.as_view(), name="archive"),
    path("<uuid:pk>/preview/", clients.ClientPreviewPage.as_view(), name="preview"),
    path("<uuid:pk>/log/", clients.ClientLogPage.as_view(), name="log"),
    path("<uuid:pk>/requests/<uuid:request_id>/", requests.RequestPage.as_view(), name="request"),
    path("<uuid:pk>/requests/<uuid:request_id>/file/", requests.RequestFilePage.as_view(), name="request-file"),
]
urlpatterns = [path("clients/", include((client_pages, "clients")))]
add_navigation("Clients", "clients:list", "client", "client.view")
