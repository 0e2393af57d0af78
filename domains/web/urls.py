"""Pages of the domains app, and what a proxy asks before it gets a certificate."""

from django.urls import include, path

from accounts.web.context import add_navigation
from domains.web.views import ask, domains

domain_pages = [
    path("", domains.DomainListPage.as_view(), name="list"),
    path("<uuid:pk>/", domains.DomainPage.as_view(), name="detail"),
]
urlpatterns = [
    path("domains/", include((domain_pages, "domains"))),
    path("internal/tls-ask", ask.tls_ask, name="tls-ask"),
]
add_navigation("Domains", "domains:list", "globe", "domain.view")
