"""API of the clients app, below /api/v1/."""

from django.urls import path

from clients.api.views import branding, clients, grants, people
from clients.portal.api import urls as portal

urlpatterns = [
    path("clients", clients.ClientsView.as_view(), name="clients"),
    path("clients/requests", people.RequestsView.as_view(), name="client-requests"),
    path("clients/requests/<uuid:request_id>", people.RequestView.as_view(), name="client-request"),
    path("clients/branding", branding.BrandingView.as_view(), name="client-branding"),
    *portal.urlpatterns,
    path("clients/<uuid:pk>", clients.ClientView.as_view(), name="client"),
    path("clients/<uuid:pk>/invite", people.InviteView.as_view(), name="client-invite"),
    path("clients/<uuid:pk>/people", people.PeopleView.as_view(), name="client-people"),
    path("clients/<uuid:pk>/people/<uuid:person_id>", people.PersonView.as_view(), name="client-person"),
    path("clients/<uuid:pk>/suspend", clients.ClientSuspendView.as_view(), name="client-suspend"),
    path("clients/<uuid:pk>/bring-back", clients.ClientRestoreView.as_view(), name="client-bring-back"),
    path("clients/<uuid:pk>/permissions", clients.ClientPermissionsView.as_view(), name="client-permissions"),
    path("clients/<uuid:pk>/grant-account-access", grants.AccountGrantView.as_view(), name="client-grant-account"),
    path("clients/<uuid:pk>/grant-source-access", grants.SourceGrantView.as_view(), name="client-grant-source"),
    path("clients/<uuid:pk>/grant-group-access", grants.GroupGrantView.as_view(), name="client-grant-group"),
    path("clients/<uuid:pk>/revoke-access", grants.RevokeView.as_view(), name="client-revoke"),
    path("clients/<uuid:pk>/access", grants.GrantsView.as_view(), name="client-access"),
]
