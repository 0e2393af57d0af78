"""Getting into a portal, and out of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from clients.enums import LinkPurpose
from clients.errors import CodeNeeded, SignInRefused
from clients.models import ClientPerson
from clients.portal.forms import AddressForm, CodeForm, NewPasswordForm, SignInForm
from clients.portal.pages import COOKIE, PortalPage, PortalView, host_of, safe_next, set_cookie
from clients.services import links, preview, sign_in
from listbackup.core.errors import InvalidInput, TooMany
from listbackup.core.web.forms import take_errors


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SignInPage(PortalView):
    """Address and password; then, for who has one, the second factor. The password is never sent back."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.session is not None:
            return redirect("/")
        return self._page(request, SignInForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        host, code = host_of(request), request.POST.get("code", "")[:12]
        form = SignInForm() if "proof" in request.POST else SignInForm(request.POST)
        if form.is_bound and not form.is_valid():
            return self._page(request, form, status=400)
        try:
            if form.is_bound:
                session, secret = sign_in.sign_in(self.account, **form.cleaned_data, code=code, host=host)
            else:
                session, secret = sign_in.finish(self.account, request.POST["proof"], code=code, host=host)
        except CodeNeeded as error:
            values = {"code": CodeForm(), "code_error": error.message if code else "", "proof": error.proof}
            return self._page(request, form, status=401, **values)
        except (SignInRefused, TooMany) as error:
            return self._page(request, form, status=error.status, trouble=f"{error.message} {error.remedy}")
        return set_cookie(redirect(safe_next(request, request.POST.get("next", ""))), session, secret)

    def _page(self, request: HttpRequest, form: SignInForm, status: int = 200, **more: Any) -> HttpResponse:
        wanted = request.POST.get("next", request.GET.get("next", ""))
        values = {"form": form, "next": safe_next(request, wanted), **more}
        return render(request, "portal/sign_in.html", values, status=status)


@method_decorator(never_cache, name="dispatch")
class AskLinkPage(PortalView):
    """Mails a link: to sign in, or to choose a new password. Says the same whoever asks."""

    purpose = LinkPurpose.SIGN_IN

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, AddressForm(initial={"email": request.GET.get("email", "")[:254]}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AddressForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=400)
        try:
            sign_in.send_link(self.account, form.cleaned_data["email"], self.purpose)
        except TooMany as error:
            form.add_error(None, f"{error.message} {error.remedy}")
            return self._page(request, form, status=429)
        return render(request, "portal/link_sent.html", {"email": form.cleaned_data["email"], "purpose": self.purpose})

    def _page(self, request: HttpRequest, form: AddressForm, status: int = 200) -> HttpResponse:
        return render(request, "portal/ask_link.html", {"form": form, "purpose": self.purpose}, status=status)


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class LinkPage(PortalView):
    """A mailed link. Looking at it uses nothing up: programs that read mails follow links too. The button does."""

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        person = links.find(self.account, secret)
        return self._page(request, person, self._form(person, None))

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        person = links.find(self.account, secret)
        form, code = self._form(person, request.POST), request.POST.get("code", "")[:12]
        if form is not None and not form.is_valid():
            return self._page(request, person, form, status=400)
        try:
            if form is None:
                session, made = sign_in.use_link(person, code=code, host=host_of(request))
            else:
                session, made = sign_in.accept_link(person, **form.cleaned_data, code=code, host=host_of(request))
        except (CodeNeeded, TooMany) as error:
            told = f"{error.message} {error.remedy}"
            return self._page(request, person, form, status=error.status, code_error=told)
        except InvalidInput as error:
            assert form is not None
            take_errors(form, error.fields)
            return self._page(request, person, form, status=400)
        return set_cookie(redirect("/"), session, made)

    @staticmethod
    def _form(person: ClientPerson, data: Any) -> NewPasswordForm | None:
        if person.link_purpose == LinkPurpose.SIGN_IN:
            return None
        return NewPasswordForm(data, initial={"name": person.name})

    @staticmethod
    def _page(
        request: HttpRequest, person: ClientPerson, form: NewPasswordForm | None, status: int = 200, **more: Any
    ) -> HttpResponse:
        values = {"person": person, "form": form, "code": CodeForm() if person.has_second_factor else None, **more}
        return render(request, "portal/link.html", values, status=status)


class PreviewPage(PortalView):
    """Opens a member's preview with the word that the dashboard gave them, once."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        session, secret = preview.redeem(self.account, token, host=host_of(request))
        return set_cookie(redirect("/"), session, secret)


class SignOutPage(PortalPage):
    """Ends a preview as well."""

    permissions = {"post": ""}
    previews_post = True

    def post(self, request: HttpRequest) -> HttpResponse:
        sign_in.sign_out(self.context, self.session)
        messages.success(request, "You are signed out.")
        answer = redirect("/sign-in/")
        answer.delete_cookie(COOKIE)
        return answer
