"""Files, folders and signed addresses."""

from typing import Any

from integrations.sandbox.clock import iso, to_ms
from integrations.sandbox.http import ApiError, Reply, Request, Router, json_reply
from integrations.sandbox.hubspot.item_pages import found, item_page
from integrations.sandbox.platform import Platform
from integrations.sandbox.seed.service_items import file_content

SIGNED_SECONDS = 3600


class Files:
    """Handlers of /files/v3."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register(self, router: Router) -> None:
        router.add("GET", "/files/v3/files/search", self.files, "files")
        router.add("GET", "/files/v3/files/{id}", self.file, "files")
        router.add("GET", "/files/v3/files/{id}/signed-url", self.signed_url, "files")
        router.add("GET", "/files/v3/folders/search", self.folders, "files")
        router.add("GET", "/files/v3/folders/{id}", self.folder, "files")
        router.add("GET", "/hubfs/{id}", self.content, public=True)

    def files(self, request: Request) -> Reply:
        return item_page(request, _narrow(self._platform.items.all("files"), request))

    def folders(self, request: Request) -> Reply:
        return item_page(request, _narrow(self._platform.items.all("folders"), request))

    def file(self, request: Request) -> Reply:
        return json_reply(found(self._platform.items.get("files", request.params["id"])))

    def folder(self, request: Request) -> Reply:
        return json_reply(found(self._platform.items.get("folders", request.params["id"])))

    def signed_url(self, request: Request) -> Reply:
        """An address with the bytes, good for an hour, on the host that the caller used."""
        document = found(self._platform.items.get("files", request.params["id"]))
        expires = self._platform.clock.now_ms() + SIGNED_SECONDS * 1000
        return json_reply(
            {
                "url": f"http://{request.header('host')}/hubspot/hubfs/{document['id']}?expires={expires}",
                "expiresAt": iso(expires),
                "extension": document["extension"],
                "name": document["name"],
                "size": document["size"],
                "type": document["type"],
            }
        )

    def content(self, request: Request) -> Reply:
        document = found(self._platform.items.get("files", request.params["id"]))
        expires = request.get("expires")
        if not expires.isdigit() or int(expires) < self._platform.clock.now_ms():
            raise ApiError(403, "The signed address has expired")
        return Reply(200, file_content(document["id"]), [(b"content-type", b"application/octet-stream")])


def _narrow(documents: list[Any], request: Request) -> list[Any]:
    """Windows by id and change date, and the sort."""
    try:
        for name, least in (("updatedAtGte", True), ("updatedAtLte", False)):
            if request.get(name):
                bound = to_ms(request.get(name))
                documents = [
                    one
                    for one in documents
                    if (to_ms(one["updatedAt"]) >= bound if least else to_ms(one["updatedAt"]) <= bound)
                ]
        for name, least in (("idGte", True), ("idLte", False)):
            if request.get(name):
                limit = int(request.get(name))
                documents = [
                    one for one in documents if (int(one["id"]) >= limit if least else int(one["id"]) <= limit)
                ]
    except ValueError:
        raise ApiError(400, "A window's bound is not a number or a date", "VALIDATION_ERROR") from None
    sort = request.get("sort")
    if sort:
        documents.sort(key=lambda one: str(one.get(sort.lstrip("-"), "")), reverse=sort.startswith("-"))
    return documents
