"""How the portal looks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.pages import AccountPage
from clients.enums import ImageKind
from clients.errors import ImageNotFound
from clients.models import BrandImage
from clients.selectors.branding import brand_of, image_of, own_branding
from clients.services.branding import remove_image, set_image, update_branding
from clients.web.forms import BrandingForm, ImageForm
from domains.selectors.hosts import portal_url
from listbackup.core.errors import InvalidInput, TooLarge
from listbackup.core.web.downloads import shown_image
from listbackup.core.web.forms import take_errors


class BrandingPage(AccountPage):
    """Name, colours, texts; POST saves them."""

    permissions = {"get": "client.brand", "post": "client.brand"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return branding_page(self, request, BrandingForm.of(own_branding(self.context.account)))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = BrandingForm(request.POST)
        if form.is_valid():
            try:
                update_branding(self.context, **form.given())
            except InvalidInput as error:
                take_errors(form, error.fields, lambda name: "links" if name == "footer_links" else name)
            else:
                messages.success(request, "Saved. The portal looks like this from now on.")
                return redirect("clients:branding")
        return branding_page(self, request, form, status=400)


def branding_page(
    page: AccountPage, request: HttpRequest, form: BrandingForm, image: ImageForm | None = None, status: int = 200
) -> HttpResponse:
    account = page.context.account
    own = set(BrandImage.objects.filter(account=account).values_list("kind", flat=True))
    brand = brand_of(account)
    values = {
        "form": form,
        "image_form": image or ImageForm(),
        "images": [
            {"kind": kind, "label": label, "version": brand.images.get(kind, ""), "own": kind in own}
            for kind, label in ImageKind.choices
        ],
        "brand_now": brand,
        "address": portal_url(account),
    }
    return render(request, "clients/branding.html", values, status=status)


class BrandImagePage(AccountPage):
    """The picture in force; POST sets one, or with `remove` takes the account's own away."""

    permissions = {"get": "client.brand", "post": "client.brand"}

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        found = image_of(self.context.account, kind) if kind in ImageKind.values else None
        if found is None:
            raise ImageNotFound("There is no such image.")
        return shown_image(bytes(found.image), found.content_type)

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        if kind not in ImageKind.values:
            raise ImageNotFound("There is no such image.")
        if "remove" in request.POST:
            remove_image(self.context, kind)
            messages.success(request, "Removed.")
            return redirect("clients:branding")
        form = ImageForm({"kind": kind}, request.FILES)
        file = request.FILES.get("file")
        try:
            if file is None:
                raise InvalidInput("Choose a picture.", fields={"file": ["Choose a picture first."]})
            set_image(self.context, kind, file)
        except (InvalidInput, TooLarge) as error:
            form.is_valid()
            form.errors.pop("file", None)
            take_errors(form, error.fields)
            return branding_page(
                self, request, BrandingForm.of(own_branding(self.context.account)), form, status=error.status
            )
        messages.success(request, "The picture is in the portal now.")
        return redirect("clients:branding")
