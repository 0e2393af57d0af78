"""The page on which a custom connector's manifest is written, tried at the platform and saved."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import reselect, reswap, retarget

from accounts.access.pages import AccountPage
from integrations.connector.manifest import ManifestError, load_manifest
from integrations.connector.marks import Problem
from integrations.connector.model import Manifest
from integrations.connector.openapi.proposal import propose
from integrations.connector.registry import platforms
from integrations.errors import AuthKindNotOffered, ManifestInvalid
from integrations.models import CustomPlatform
from integrations.selectors.custom_platforms import get_custom_platform
from integrations.selectors.platforms import NO_SIGN_IN, AuthOption, PlatformInfo, describe
from integrations.services import custom_platforms as service
from integrations.services.live_check import LiveCheck, check_live
from integrations.web.forms.custom_platforms import ManifestForm, OpenApiForm, TryForm
from listbackup.core.errors import InvalidInput, ListBackupError, TooLarge

Save = Callable[[ManifestForm, str], CustomPlatform]  # the sent form, and its text

STARTER = """\
manifest: 1
key: my_service            # a-z, 0-9 and _; stays as it is once saved
name: My service
base_url: https://api.example.com/v1

auth:
  - kind: bearer
    secret: api_key
    label: API key

streams:
  customers:
    label: Customers
    request: {path: /customers}
    records: data            # where the list is in the answer
    key: id                  # what identifies a record
    page: {kind: number, param: page, size: 100, size_param: per_page}
"""


class EditorPage(AccountPage):
    """What both editors do: show the text, try it, save it."""

    def editor(
        self,
        request: HttpRequest,
        form: ManifestForm,
        *,
        text: str,
        platform: CustomPlatform | None = None,
        check: LiveCheck | None = None,
        try_form: TryForm | None = None,
        error: ListBackupError | None = None,
        notes: Sequence[str] = (),
        status: int = 200,
    ) -> HttpResponse:
        """The page; problems of the text are shown with their lines, whatever was asked."""
        manifest, problems = _read(text)
        if isinstance(error, ManifestInvalid) and error.problems:
            problems, error = list(error.problems), None
        info = describe(manifest) if manifest else None
        options = _options(info)
        chosen = _chosen(request, options)
        if try_form is None and info is not None and chosen is not None:
            try_form = TryForm(option=chosen, config=info.config)
        context = {
            "platform": platform,
            "form": form,
            "problems": [_shown(text, one) for one in problems],
            "info": info,
            "options": options,
            "chosen": chosen,
            "try_form": try_form,
            "check": check,
            "error": error,
            "notes": notes,
        }
        return render(request, "integrations/custom_edit.html", context, status=status)

    def answer(self, request: HttpRequest, platform: CustomPlatform | None, save: Save) -> HttpResponse:
        """A sent editor: tried, or saved by `save`."""
        form = ManifestForm(request.POST)
        if not form.is_valid():
            return self.editor(request, form, text=request.POST.get("manifest", ""), platform=platform, status=400)
        text = form.cleaned_data["manifest"]
        if "check" in request.POST:
            return self._try(request, form, text, platform)
        try:
            saved = save(form, text)
        except ListBackupError as error:
            return self.editor(request, form, text=text, platform=platform, error=error, status=error.status)
        messages.success(request, f"{saved.name} is saved as version {saved.version}.")
        return redirect("platforms:custom", pk=saved.pk)

    def _try(
        self, request: HttpRequest, form: ManifestForm, text: str, platform: CustomPlatform | None
    ) -> HttpResponse:
        shown: dict[str, Any] = {"text": text, "platform": platform}
        quiet = 200 if request.htmx else 400  # type: ignore[attr-defined]  # htmx leaves the page as it is after a 4xx
        manifest, _ = _read(text)
        info = describe(manifest) if manifest else None
        chosen = _chosen(request, _options(info))
        if manifest is None or info is None:
            return self.editor(request, form, **shown, status=quiet)
        if chosen is None:
            error = AuthKindNotOffered("Custom connectors sign in with a key, a password or client credentials.")
            return self.editor(request, form, **shown, error=error, status=quiet)
        try_form = TryForm(request.POST, option=chosen, config=info.config)
        if not try_form.is_valid():
            return _whole(request, self.editor(request, form, **shown, try_form=try_form, status=quiet))
        try:
            check = check_live(manifest, secrets=try_form.secrets(), config=try_form.config())
        except ListBackupError as error:
            try_form.take_errors(error.fields)
            page = self.editor(request, form, **shown, try_form=try_form, error=error, status=quiet)
            return _whole(request, page)
        return self.editor(request, form, **shown, try_form=try_form, check=check)


class NewCustomPage(EditorPage):
    permissions = {"get": "custom_platform.create", "post": "custom_platform.create"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.editor(request, ManifestForm(initial={"manifest": STARTER}), text=STARTER)

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request, None, lambda form, text: service.create_custom_platform(self.context, text=text))


class EditCustomPage(EditorPage):
    permissions = {"get": "custom_platform.update", "post": "custom_platform.update"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        platform = get_custom_platform(self.context, pk)
        initial = {"manifest": platform.manifest, "based_on": platform.version}
        return self.editor(request, ManifestForm(initial=initial), text=platform.manifest, platform=platform)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        platform = get_custom_platform(self.context, pk)

        def save(form: ManifestForm, text: str) -> CustomPlatform:
            based_on = form.cleaned_data["based_on"] or 0
            return service.change_custom_platform(self.context, platform, text=text, based_on=based_on)

        return self.answer(request, platform, save)


class ImportPage(EditorPage):
    """An OpenAPI document in, its proposal in the editor; nothing is saved."""

    permissions = {"get": "custom_platform.create", "post": "custom_platform.create"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, OpenApiForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = OpenApiForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form, status=400)
        try:
            found = propose(form.text, taken=frozenset(platforms()))
        except (InvalidInput, TooLarge) as error:
            return self._page(request, form, error=error, status=error.status)
        return self.editor(request, ManifestForm(initial={"manifest": found.text}), text=found.text, notes=found.notes)

    def _page(
        self, request: HttpRequest, form: OpenApiForm, *, error: ListBackupError | None = None, status: int = 200
    ) -> HttpResponse:
        return render(request, "integrations/custom_import.html", {"form": form, "error": error}, status=status)


def _read(text: str) -> tuple[Manifest | None, list[Problem]]:
    try:
        return load_manifest(text), []
    except ManifestError as error:
        return None, error.problems


def _shown(text: str, problem: Problem) -> dict[str, Any]:
    """A problem with the line that it is in, and blanks up to its column."""
    lines = text.splitlines() or [""]
    line = lines[min(problem.line, len(lines)) - 1][:200]
    return {"problem": problem, "text": line, "blanks": " " * (min(problem.column, 200) - 1)}


def _options(info: PlatformInfo | None) -> list[AuthOption]:
    if info is None:
        return []
    return [option for option in info.auth if not option.is_oauth] if info.auth else [NO_SIGN_IN]


def _chosen(request: HttpRequest, options: list[AuthOption]) -> AuthOption | None:
    wanted = request.POST.get("sign_in", "")
    return next((option for option in options if option.kind == wanted), options[0] if options else None)


def _whole(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    """Lets htmx put in the whole editor: the fields for the sign-in, or what is wrong with them, have changed."""
    if not request.htmx:  # type: ignore[attr-defined]
        return page
    return reswap(reselect(retarget(page, "#editor"), "#editor"), "outerHTML")
