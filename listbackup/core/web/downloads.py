"""Files that are sent while they are made."""

from collections.abc import AsyncIterator, Iterator
from typing import Protocol

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header


class Streamable(Protocol):
    """`content` for a synchronous server, `stream` for an asynchronous one."""

    @property
    def filename(self) -> str: ...

    @property
    def content_type(self) -> str: ...

    @property
    def content(self) -> Iterator[bytes]: ...

    def stream(self) -> AsyncIterator[bytes]: ...


def streamed(request: HttpRequest, file: Streamable) -> StreamingHttpResponse:
    """The answer that downloads `file`, never kept by a cache."""
    content = file.stream() if isinstance(request, ASGIRequest) else file.content
    answer = StreamingHttpResponse(content, content_type=file.content_type)
    answer["Content-Disposition"] = content_disposition_header(True, file.filename) or "attachment"
    answer["Cache-Control"] = "private, no-store"
    return answer
