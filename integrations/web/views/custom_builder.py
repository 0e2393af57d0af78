"""A custom connector begun with a form; what it says goes on in the editor."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from integrations.web.forms.custom_builder import MOST_STREAMS, ConnectorForm, StreamForms, Streams, written
from integrations.web.forms.custom_platforms import ManifestForm
from integrations.web.views.custom_editor import EditorPage

PREFIX = "streams"
NOTE = (
    "This is what the form says. Filters, rate limits, deletions and parents can be added here; try it before you save."
)


class BuildPage(EditorPage):
    """Questions in, a manifest in the editor; nothing is saved."""

    permissions = {"get": "custom_platform.create", "post": "custom_platform.create"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, ConnectorForm(), StreamForms(prefix=PREFIX))

    def post(self, request: HttpRequest) -> HttpResponse:
        if "add" in request.POST:
            # Unbound: nothing is complained about before the form is finished.
            streams = StreamForms(prefix=PREFIX, initial=[*_typed(request.POST), {}][:MOST_STREAMS])
            return self._page(request, ConnectorForm(initial=request.POST.dict()), streams)
        connector, streams = ConnectorForm(request.POST), StreamForms(request.POST, prefix=PREFIX)
        if not (connector.is_valid() & streams.is_valid()):
            return self._page(request, connector, streams, status=400)
        text = written(connector, streams)
        return self.editor(request, ManifestForm(initial={"manifest": text}), text=text, notes=[NOTE])

    def _page(
        self, request: HttpRequest, connector: ConnectorForm, streams: Streams, *, status: int = 200
    ) -> HttpResponse:
        context = {"form": connector, "streams": streams, "full": len(streams.forms) >= MOST_STREAMS}
        return render(request, "integrations/custom_build.html", context, status=status)


def _typed(sent: QueryDict) -> list[dict[str, Any]]:
    """The lists as they were sent, without those that are to be left out."""
    found = []
    for number in range(MOST_STREAMS):
        start = f"{PREFIX}-{number}-"
        values = {name.removeprefix(start): value for name, value in sent.items() if name.startswith(start)}
        if values and "DELETE" not in values:
            found.append(values)
    return found
