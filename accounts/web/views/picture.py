"""Pictures of people: one's own is changed on the profile's page, others' are seen by those who share an account."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.pages import AccountPage, PersonPage
from accounts.errors import PictureMissing
from accounts.models import Membership
from accounts.services import pictures
from accounts.web.forms import PictureForm, ProfileForm
from listbackup.core.errors import ListBackupError
from listbackup.core.web.downloads import shown_image
from listbackup.core.web.forms import take_errors

KEPT = 86_400  # seconds: the address changes with the picture


class OwnPicturePage(PersonPage):
    """GET shows it; POST takes a file, or with `remove` takes it away."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return shown_image(pictures.picture_of(request.user.pk), pictures.TYPE, seconds=KEPT)

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if "remove" in request.POST:
            pictures.remove_picture(user)
            messages.success(request, "Your picture is removed.")
            return redirect("accounts:profile")
        form = PictureForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                pictures.set_picture(user, form.cleaned_data["file"])
            except ListBackupError as error:
                take_errors(form, error.fields or {"file": [error.message]})
            else:
                messages.success(request, "Saved.")
                return redirect("accounts:profile")
        profile = ProfileForm(initial={"name": user.name, "time_zone": user.time_zone})
        return render(request, "accounts/profile.html", {"form": profile, "picture_form": form}, status=400)


class PicturePage(AccountPage):
    """Of somebody who has a membership in the organization that is entered."""

    permissions = {"get": "member.view"}

    def get(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        shared = Membership.objects.filter(user=user_id, account__organization=self.context.organization)
        if not shared.exists():
            raise PictureMissing("There is no picture of this person.")
        return shown_image(pictures.picture_of(user_id), pictures.TYPE, seconds=KEPT)
