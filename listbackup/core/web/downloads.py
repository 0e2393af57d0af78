"""Files that are sent while they are made."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header


@dataclass(frozen=True, slots=True)
class Download:
    """A file to send: `content` yields its bytes in order; `stream` does the same for an asynchronous server."""

    filename: str
    content_type: str
    content: Iterator[bytes]
    size: int | None = None  # bytes, where it is known

    async def stream(self) -> AsyncIterator[bytes]:
        """A piece at a time: given the plain iterator, Django would first gather the whole file in memory."""
        while piece := await sync_to_async(self._next)():
            yield piece

    def _next(self) -> bytes:
        return next(self.content, b"")


def streamed(request: HttpRequest, file: Download) -> StreamingHttpResponse:
    """The answer that downloads `file`, never kept by a cache."""
    content = file.stream() if isinstance(request, ASGIRequest) else file.content
    answer = StreamingHttpResponse(content, content_type=file.content_type)
    answer["Content-Disposition"] = content_disposition_header(True, file.filename) or "attachment"
    answer["Cache-Control"] = "private, no-store"
    if file.size is not None:
        answer["Content-Length"] = str(file.size)
    return answer


def shown_image(image: bytes, content_type: str, *, seconds: int = 0) -> HttpResponse:
    """An image that is shown: never sniffed, never run, and kept by the person's own browser alone, for `seconds`."""
    answer = HttpResponse(image, content_type=content_type)
    answer["Cache-Control"] = f"private, max-age={seconds}" if seconds else "private, no-cache"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Disposition"] = f'inline; filename="picture.{content_type.rpartition("/")[2]}"'
    return answer
