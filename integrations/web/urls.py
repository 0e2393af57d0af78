"""Pages of the integrations app: /platforms/ and /connections/."""

from django.urls import include, path

from accounts.web.context import add_navigation
from integrations.web.views import connect, connections, custom, custom_builder, custom_editor, manage, platforms

platform_pages = [
    path("", platforms.PlatformListPage.as_view(), name="list"),
    path("custom/", custom.CustomListPage.as_view(), name="custom-list"),
    path("custom/new/", custom_editor.NewCustomPage.as_view(), name="custom-new"),
    path("custom/build/", custom_builder.BuildPage.as_view(), name="custom-build"),
    path("custom/import/", custom_editor.ImportPage.as_view(), name="custom-import"),
    path("custom/<uuid:pk>/", custom.CustomPage.as_view(), name="custom"),
    path("custom/<uuid:pk>/edit/", custom_editor.EditCustomPage.as_view(), name="custom-edit"),
    path("custom/<uuid:pk>/versions/<int:number>/", custom.VersionPage.as_view(), name="custom-version"),
    path("custom/<uuid:pk>/delete/", custom.DeleteCustomPage.as_view(), name="custom-delete"),
    path("<slug:platform>/", platforms.PlatformPage.as_view(), name="detail"),
]
connection_pages = [
    path("", connections.ConnectionListPage.as_view(), name="list"),
    path("new/custom/<uuid:connector>/", connect.ConnectCustomPage.as_view(), name="create-custom"),
    path("new/<slug:platform>/", connect.ConnectPage.as_view(), name="create"),
    path("new/<slug:platform>/sign-in/", connect.SignInPage.as_view(), name="sign-in"),
    path("<uuid:pk>/", connections.ConnectionPage.as_view(), name="detail"),
    path("<uuid:pk>/test/", manage.TestPage.as_view(), name="test"),
    path("<uuid:pk>/rename/", manage.RenamePage.as_view(), name="rename"),
    path("<uuid:pk>/key/", manage.ReplaceKeyPage.as_view(), name="key"),
    path("<uuid:pk>/reconnect/", manage.ReconnectPage.as_view(), name="reconnect"),
    path("<uuid:pk>/quota/", manage.QuotaPage.as_view(), name="quota"),
    path("<uuid:pk>/webhooks/", manage.WebhooksPage.as_view(), name="webhooks"),
    path("<uuid:pk>/delete/", manage.DeletePage.as_view(), name="delete"),
]
urlpatterns = [
    path("platforms/", include((platform_pages, "platforms"))),
    path("connections/", include((connection_pages, "connections"))),
]
add_navigation("Platforms", "platforms:list", "platform", "platform.view")
add_navigation("Connections", "connections:list", "connection", "connection.view")
