"""Everything that answers on a portal's host. The dashboard does not."""

from django.urls import include, path

from clients.enums import LinkPurpose
from clients.portal.api import urls as api
from clients.portal.views import data, entrance, look, requests, you

pages = [
    path("", data.OverviewPage.as_view(), name="overview"),
    path("sign-in/", entrance.SignInPage.as_view(), name="sign-in"),
    path("sign-in/link/", entrance.AskLinkPage.as_view(), name="ask-link"),
    path("sign-in/password/", entrance.AskLinkPage.as_view(purpose=LinkPurpose.PASSWORD), name="ask-password"),
    path("sign-out/", entrance.SignOutPage.as_view(), name="sign-out"),
    path("link/<str:secret>/", entrance.LinkPage.as_view(), name="link"),
    path("preview/<str:token>/", entrance.PreviewPage.as_view(), name="preview"),
    path("sources/<uuid:pk>/", data.SourcePage.as_view(), name="source"),
    path("sources/<uuid:pk>/proof/", data.ProofPage.as_view(), name="proof"),
    path("sources/<uuid:pk>/data/", data.DataPage.as_view(), name="data"),
    path("sources/<uuid:pk>/record/", data.RecordPage.as_view(), name="record"),
    path("sources/<uuid:pk>/ask/", requests.AskPage.as_view(), name="ask"),
    path("search/", data.SearchPage.as_view(), name="search"),
    path("requests/", requests.RequestsPage.as_view(), name="requests"),
    path("requests/<uuid:pk>/", requests.RequestPage.as_view(), name="request"),
    path("requests/<uuid:pk>/file/", requests.RequestFilePage.as_view(), name="request-file"),
    path("activity/", you.ActivityPage.as_view(), name="activity"),
    path("report/", data.ReportPage.as_view(), name="report"),
    path("you/", you.YouPage.as_view(), name="you"),
    path("legal/", look.LegalPage.as_view(), name="legal"),
    path("brand.css", look.StylePage.as_view(), name="style"),
    path("brand/<slug:kind>", look.ImagePage.as_view(), name="image"),
]
urlpatterns = [
    path("api/v1/", include((api.urlpatterns, "api"))),
    path("", include((pages, "portal"))),
]
handler400 = "listbackup.core.web.errors.bad_request"
handler403 = "listbackup.core.web.errors.forbidden"
handler404 = "listbackup.core.web.errors.not_found"
handler500 = "listbackup.core.web.errors.server_error"
