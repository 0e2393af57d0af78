"""Search in all that a source ever held."""

import base64
import binascii
from uuid import UUID

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView
from backups.api.serializers.searching import PastHitsSerializer, SearchQuerySerializer
from backups.services.looking import readable_source
from backups.services.searching import search_past
from listbackup.core.api.validated import asked
from listbackup.core.errors import InvalidInput

After = tuple[str, str, int]


class SearchView(AccountAPIView):
    permissions = {"get": "record.view"}

    @extend_schema(
        operation_id="sources_search",
        parameters=[SearchQuerySerializer],
        responses=PastHitsSerializer,
        tags=["sources"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Every version of every record that contains the text, replaced and deleted ones too."""
        source = readable_source(self.context, pk)
        given = asked(SearchQuerySerializer, request)
        size, after = given["page_size"], _read(given["after"]) if given.get("after") else None
        streams = [given["stream"]] if given.get("stream") else None
        hits = search_past(source, given["q"], streams=streams, after=after, limit=size + 1)
        more, hits = len(hits) > size, hits[:size]
        return Response(PastHitsSerializer({"next": _write(hits[-1].past) if more else None, "results": hits}).data)


def _write(past: object) -> str:
    known = [getattr(past, name) for name in ("stream", "key", "version")]
    return base64.urlsafe_b64encode(orjson.dumps(known)).decode().rstrip("=")


def _read(text: str) -> After:
    try:
        stream, key, version = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, binascii.Error):
        stream = key = version = None
    if not (isinstance(stream, str) and isinstance(key, str) and type(version) is int and 0 <= version < 1 << 62):
        raise InvalidInput("This is no page of a search.", fields={"after": ["Take it from `next`."]})
    return stream, key, version
