"""Connecting a platform: by its consent page, or with a key."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.pages import AccountPage
from integrations.enums import AuthKind
from integrations.errors import AuthKindNotOffered
from integrations.models import CustomPlatform
from integrations.oauth import flow
from integrations.selectors.custom_platforms import get_usable_custom_platform
from integrations.selectors.platforms import NO_SIGN_IN, AuthOption, PlatformInfo, custom_info, get_platform
from integrations.services.connections import create_connection
from integrations.web.consent import allow_consent_page
from integrations.web.forms.connections import CredentialsForm
from integrations.web.way_back import after_connecting, asked_path
from listbackup.core.errors import ListBackupError


class _KeyPage(AccountPage):
    """The form of a platform's keys; with the button to its consent page where it has one."""

    def show(self, request: HttpRequest, platform: PlatformInfo, custom: CustomPlatform | None = None) -> HttpResponse:
        return self._page(request, platform, custom, self._form(request, platform))

    def connect(
        self, request: HttpRequest, platform: PlatformInfo, custom: CustomPlatform | None = None
    ) -> HttpResponse:
        form = self._form(request, platform)
        if form is None:
            raise AuthKindNotOffered(f"{platform.name} is not connected with a key.")
        if not form.is_valid():
            return self._page(request, platform, custom, form, status=400)
        try:
            connection = create_connection(
                self.context,
                platform=platform.key,
                custom=custom,
                name=form.cleaned_data["name"],
                secrets=form.secrets(),
                config=form.config(),
            )
        except ListBackupError as error:
            if error.fields:
                form.take_errors(error.fields)
            return self._page(request, platform, custom, form, status=error.status, error=error)
        messages.success(request, f"{connection.name} is connected.")
        return redirect(after_connecting(request, connection, asked_path(request)))

    def _page(
        self,
        request: HttpRequest,
        platform: PlatformInfo,
        custom: CustomPlatform | None,
        form: CredentialsForm | None,
        *,
        status: int = 200,
        error: ListBackupError | None = None,
    ) -> HttpResponse:
        context = {
            "platform": platform,
            "custom": custom,
            "options": [option for option in platform.auth if option.fields],
            "chosen": _chosen(request, platform),
            "form": form,
            "error": error,
            "return_to": asked_path(request),
        }
        page = render(request, "integrations/connect.html", context, status=status)
        return page if custom else allow_consent_page(page, platform)

    @staticmethod
    def _form(request: HttpRequest, platform: PlatformInfo) -> CredentialsForm | None:
        option = _chosen(request, platform)
        if option is None:
            return None
        return CredentialsForm(
            request.POST if request.method == "POST" else None, option=option, config=platform.config
        )


class ConnectPage(_KeyPage):
    """Both ways to connect a platform: the button to its consent page, the form of its keys."""

    permissions = {"get": "connection.create", "post": "connection.create"}

    def get(self, request: HttpRequest, platform: str) -> HttpResponse:
        return self.show(request, get_platform(platform))

    def post(self, request: HttpRequest, platform: str) -> HttpResponse:
        return self.connect(request, get_platform(platform))


class ConnectCustomPage(_KeyPage):
    """The same for a custom connector of this account, or of one above it."""

    permissions = {"get": "connection.create", "post": "connection.create"}

    def get(self, request: HttpRequest, connector: UUID) -> HttpResponse:
        custom = get_usable_custom_platform(self.context, connector)
        return self.show(request, custom_info(custom), custom)

    def post(self, request: HttpRequest, connector: UUID) -> HttpResponse:
        custom = get_usable_custom_platform(self.context, connector)
        return self.connect(request, custom_info(custom), custom)


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
    options = [option for option in platform.auth if option.fields or option.kind == AuthKind.NONE]
    if not platform.auth:
        options = [NO_SIGN_IN]
    wanted = request.GET.get("with")
    return next((option for option in options if option.kind == wanted), options[0] if options else None)
