"""Pages of the backups app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
