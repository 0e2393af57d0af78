"""A person's own things at the portal, and the client's own log and choices."""

import base64
from typing import Any

from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access.lists import page_of
from clients.portal.forms import ChangePasswordForm, CodeForm, ProfileForm, StaffAccessForm
from clients.portal.pages import PortalPage
from clients.selectors.clients import log_of
from clients.services import people, second_factor
from clients.services.clients import set_staff_access
from clients.services.sessions import end_others, end_session, sessions_of
from listbackup.core import crypto
from listbackup.core.errors import InvalidInput, Unavailable
from listbackup.core.web.forms import take_errors

LOG_SIZE = 50


class ActivityPage(PortalPage):
    """What the client's people did, and what the agency did with the client and its records."""

    permissions = {"get": "", "post": ""}

    def get(self, request: HttpRequest) -> HttpResponse:
        values = {
            "page": page_of(request, log_of(self.client), size=LOG_SIZE),
            "staff_form": StaffAccessForm(initial={"staff_access": self.client.staff_access}),
        }
        return render(request, "portal/activity.html", values)

    def post(self, request: HttpRequest) -> HttpResponse:
        """What the agency's people may open: the client decides."""
        form = StaffAccessForm(request.POST)
        if form.is_valid() and self.person:
            set_staff_access(self.context, self.client, form.cleaned_data["staff_access"])
            messages.success(request, "Saved. It holds from now on.")
        return redirect("/activity/")


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class YouPage(PortalPage):
    """Name, password, second factor, sign-ins. POST, by `action`: profile, password, factor, factor_off, others, end."""

    permissions = {"get": "", "post": ""}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        action = request.POST.get("action", "")
        handlers = {
            "profile": self._profile,
            "password": self._password,
            "factor": self._factor,
            "factor_off": self._factor_off,
            "others": self._others,
            "end": self._end,
        }
        handler = handlers.get(action)
        return handler(request) if handler else redirect("/you/")

    def _profile(self, request: HttpRequest) -> HttpResponse:
        form = ProfileForm(request.POST)
        if not form.is_valid():
            return self._page(request, profile=form, status=400)
        people.update_profile(self.person, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("/you/")

    def _password(self, request: HttpRequest) -> HttpResponse:
        form = ChangePasswordForm(request.POST, has_one=bool(self.person.password))
        if form.is_valid():
            try:
                people.change_password(self.context, self.session, **form.cleaned_data)
            except InvalidInput as error:
                take_errors(form, error.fields)
            else:
                messages.success(request, "The password is changed. Other sign-ins have ended.")
                return redirect("/you/")
        return self._page(request, password=form, status=400)

    def _factor(self, request: HttpRequest) -> HttpResponse:
        form, secret = CodeForm(request.POST), ""
        try:
            secret = crypto.decrypt(request.POST.get("sealed", ""))
            form.is_valid()
            second_factor.switch_on(self.context, self.session, secret=secret, code=form.cleaned_data.get("code", ""))
        except InvalidInput as error:
            take_errors(form, error.fields)
            return self._page(request, factor=form, secret=secret, status=400)
        except Unavailable:
            return redirect("/you/")
        messages.success(request, "The second factor is on: you are asked for a code at each sign-in.")
        return redirect("/you/")

    def _factor_off(self, request: HttpRequest) -> HttpResponse:
        form = CodeForm(request.POST)
        try:
            form.is_valid()
            second_factor.switch_off(self.context, self.person, code=form.cleaned_data.get("code", ""))
        except InvalidInput as error:
            take_errors(form, error.fields)
            return self._page(request, factor=form, status=400)
        messages.success(request, "The second factor is off.")
        return redirect("/you/")

    def _others(self, request: HttpRequest) -> HttpResponse:
        ended = end_others(self.session)
        messages.success(request, f"{ended} other sign-in{'s' if ended != 1 else ''} ended.")
        return redirect("/you/")

    def _end(self, request: HttpRequest) -> HttpResponse:
        if end_session(self.person, request.POST.get("session", "")):
            messages.success(request, "Ended.")
        return redirect("/you/")

    def _page(self, request: HttpRequest, status: int = 200, secret: str = "", **forms: Any) -> HttpResponse:
        person = self.person
        values: dict[str, Any] = {
            "person": person,
            "profile": ProfileForm(initial={"name": person.name, "time_zone": person.time_zone}),
            "password": ChangePasswordForm(has_one=bool(person.password)),
            "factor": CodeForm(),
            "sessions": sessions_of(person),
            **forms,
        }
        if not person.has_second_factor:
            secret = secret or second_factor.new_secret()
            address = second_factor.address_of(person, secret, self.brand.name)
            values |= {
                "secret": secret,
                "sealed": crypto.encrypt(secret),
                "qr": _picture(get_adapter().build_totp_svg(address)),
            }
        return render(request, "portal/you.html", values, status=status)


def _picture(svg: str) -> str:
    """An address for an image that shows the drawing: nothing in it is read as markup."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
