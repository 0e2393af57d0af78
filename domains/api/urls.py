"""API of the domains app, below /api/v1/."""

from django.urls import path

from domains.api.views import domains

urlpatterns = [
    path("domains", domains.DomainsView.as_view(), name="domains"),
    path("domains/<uuid:pk>", domains.DomainView.as_view(), name="domain"),
    path("domains/<uuid:pk>/dns-instructions", domains.DomainInstructionsView.as_view(), name="domain-instructions"),
    path("domains/<uuid:pk>/verify", domains.DomainVerifyView.as_view(), name="domain-verify"),
    path("domains/<uuid:pk>/activate", domains.DomainActivateView.as_view(), name="domain-activate"),
]
