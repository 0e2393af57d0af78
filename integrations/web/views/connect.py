"""Connecting a platform: by its consent page, or with a key."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.pages import AccountPage
from integrations.errors import AuthKindNotOffered
from integrations.oauth import flow
from integrations.selectors.platforms import AuthOption, PlatformInfo, get_platform
from integrations.services.connections import create_connection
from integrations.web.consent import allow_consent_page
from integrations.web.forms.connections import CredentialsForm
from integrations.web.way_back import after_connecting, asked_path
from listbackup.core.errors import ListBackupError


class ConnectPage(AccountPage):
    """Both ways to connect a platform: the button to its consent page, the form of its keys."""

    permissions = {"get": "connection.create", "post": "connection.create"}

    def get(self, request: HttpRequest, platform: str) -> HttpResponse:
        found = get_platform(platform)
        return self._page(request, found, self._form(request, found))

    def post(self, request: HttpRequest, platform: str) -> HttpResponse:
        found = get_platform(platform)
        form = self._form(request, found)
        if form is None:
            raise AuthKindNotOffered(f"{found.name} is not connected with a key.")
        if not form.is_valid():
            return self._page(request, found, form, status=400)
        try:
            connection = create_connection(
                self.context,
                platform=found.key,
                name=form.cleaned_data["name"],
                secrets=form.secrets(),
                config=form.config(),
            )
        except ListBackupError as error:
            if error.fields:
                form.take_errors(error.fields)
            return self._page(request, found, form, status=error.status, error=error)
        messages.success(request, f"{connection.name} is connected.")
        return redirect(after_connecting(request, connection, asked_path(request)))

    def _page(
        self,
        request: HttpRequest,
        platform: PlatformInfo,
        form: CredentialsForm | None,
        *,
        status: int = 200,
        error: ListBackupError | None = None,
    ) -> HttpResponse:
        context = {
            "platform": platform,
            "options": [option for option in platform.auth if option.fields],
            "chosen": _chosen(request, platform),
            "form": form,
            "error": error,
            "return_to": asked_path(request),
        }
        return allow_consent_page(render(request, "integrations/connect.html", context, status=status), platform)

    @staticmethod
    def _form(request: HttpRequest, platform: PlatformInfo) -> CredentialsForm | None:
        option = _chosen(request, platform)
        if option is None:
            return None
        return CredentialsForm(
            request.POST if request.method == "POST" else None, option=option, config=platform.config
        )


class SignInPage(AccountPage):
    """Sends the browser to the platform's consent page."""

    permissions = {"post": "connection.create"}

    def post(self, request: HttpRequest, platform: str) -> HttpResponse:
        url = flow.start(
            self.context,
            platform=platform,
            session_key=request.session.session_key,
            return_to=asked_path(request),
            name=request.POST.get("name", ""),
        )
        return redirect(url)


def _chosen(request: HttpRequest, platform: PlatformInfo) -> AuthOption | None:
    """The way to sign in that the address names, else the first one with fields."""
    options = [option for option in platform.auth if option.fields or option.kind == "none"]
    wanted = request.GET.get("with")
    return next((option for option in options if option.kind == wanted), options[0] if options else None)
