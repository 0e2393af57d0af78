"""Sends a browser on to another site without a form's redirect.

Our content policy lets forms lead to our own pages only, and browsers hold it against every redirect that follows a
form. A page that moves on by itself is plain navigation: the policy stays `form-action 'self'` everywhere.
"""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def hand_off(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """`answer` as it is unless it redirects to another site."""
    target = answer.get("Location", "")
    parts = urlsplit(target)
    if parts.scheme not in ("http", "https"):
        return answer
    page = render(request, "accounts/sso_handoff.html", {"target": target, "host": parts.netloc})
    page["Cache-Control"] = "no-store"
    page["Referrer-Policy"] = "no-referrer"
    page.cookies = answer.cookies
    return page
