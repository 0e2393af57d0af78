"""Cursor pages: `next`, `previous`, `results`; stable order by id (newest first), page size up to 200."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-id"
