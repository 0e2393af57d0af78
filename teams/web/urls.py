"""Pages of the teams app."""

from django.urls import include, path

from accounts.web.context import add_navigation
from teams.web.views import teams

team_pages = [
    path("", teams.TeamListPage.as_view(), name="list"),
    path("<uuid:pk>/", teams.TeamPage.as_view(), name="detail"),
    path("<uuid:pk>/change/", teams.TeamChangePage.as_view(), name="change"),
    path("<uuid:pk>/delete/", teams.TeamDeletePage.as_view(), name="delete"),
]
urlpatterns = [path("teams/", include((team_pages, "teams")))]
add_navigation("Teams", "teams:list", "team", "team.view")
