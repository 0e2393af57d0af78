"""What gives a portal its look: style sheet, images, legal texts. For everybody, signed in or not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clients.enums import ImageKind
from clients.errors import ImageNotFound
from clients.portal.pages import PortalView
from clients.selectors.branding import image_of
from clients.services.branding import style_sheet
from listbackup.core.errors import NotFound
from listbackup.core.web.downloads import shown_image

DAY = 86_400


class StylePage(PortalView):
    """The agency's colours. Its address changes with them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        answer = HttpResponse(style_sheet(self.brand), content_type="text/css")
        answer["Cache-Control"] = f"public, max-age={DAY}"
        return answer


class ImagePage(PortalView):
    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        found = image_of(self.account, kind) if kind in ImageKind.values else None
        if found is None:
            raise ImageNotFound("There is no such image.")
        return shown_image(bytes(found.image), found.content_type, seconds=DAY)


class LegalPage(PortalView):
    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.brand.legal_text:
            raise NotFound("There is no such page.")
        return render(request, "portal/legal.html", {"text": self.brand.legal_text})
