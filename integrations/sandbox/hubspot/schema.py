"""Owners, properties and groups, pipelines, custom object schemas."""

from typing import Any

from integrations.sandbox.clock import iso
from integrations.sandbox.http import ApiError, Reply, Request, Router, json_reply, no_content
from integrations.sandbox.hubspot.access import require
from integrations.sandbox.hubspot.item_pages import found, item_page
from integrations.sandbox.object_types import OBJECT_TYPES, ObjectType
from integrations.sandbox.platform import Platform
from integrations.sandbox.seed.properties import group_of

_SCHEMA_READ = ("crm.schemas.custom.read", "crm.objects.custom.read")


class Schema:
    """What describes the records."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register(self, router: Router) -> None:
        router.add("GET", "/crm/v3/owners", self.owners, "crm.objects.owners.read")
        router.add("GET", "/crm/v3/owners/{id}", self.owner, "crm.objects.owners.read")
        router.add("GET", "/crm/v3/properties/{type}", self.properties)
        router.add("POST", "/crm/v3/properties/{type}", self.create_property)
        router.add("GET", "/crm/v3/properties/{type}/groups", self.groups)
        router.add("POST", "/crm/v3/properties/{type}/groups", self.create_group)
        router.add("GET", "/crm/v3/properties/{type}/{name}", self.one_property)
        router.add("PATCH", "/crm/v3/properties/{type}/{name}", self.update_property)
        router.add("DELETE", "/crm/v3/properties/{type}/{name}", self.archive_property)
        router.add("GET", "/crm/v3/pipelines/{type}", self.pipelines)
        router.add("GET", "/crm/v3/pipelines/{type}/{id}", self.pipeline)
        router.add("GET", "/crm/v3/pipelines/{type}/{id}/stages", self.stages)
        router.add("GET", "/crm/v3/schemas", self.schemas, *_SCHEMA_READ)
        router.add("GET", "/crm/v3/schemas/{type}", self.schema, *_SCHEMA_READ)
        router.add("GET", "/crm/v3/limits/records", self.record_limits)

    def owners(self, request: Request) -> Reply:
        documents = self._platform.items.all("owners", archived=request.flag("archived"))
        email = request.get("email")
        if email:
            documents = [one for one in documents if one["email"] == email]
        return item_page(request, documents, most=500)

    def owner(self, request: Request) -> Reply:
        document = found(self._platform.items.get("owners", request.params["id"]))
        if document["archived"] != request.flag("archived"):
            raise ApiError(404, "resource not found", "OBJECT_NOT_FOUND")
        return json_reply(document)

    def properties(self, request: Request) -> Reply:
        kind = self._readable(request)
        return json_reply(
            {"results": self._platform.items.all("properties", kind.name, archived=request.flag("archived"))}
        )

    def one_property(self, request: Request) -> Reply:
        kind = self._readable(request)
        return json_reply(found(self._platform.items.get("properties", request.params["name"], kind.name)))

    def create_property(self, request: Request) -> Reply:
        kind = self._writable(request)
        body = request.json()
        name = str(body.get("name") or "")
        if not name.replace("_", "").isalnum() or not name.islower():
            raise ApiError(400, "A property needs a name of lower-case letters, digits and _", "VALIDATION_ERROR")
        if self._platform.items.get("properties", name, kind.name):
            raise ApiError(409, f"A property named '{name}' already exists.", "OBJECT_ALREADY_EXISTS")
        document = _new_property(kind, name, body, iso(self._platform.clock.now_ms()))
        self._platform.items.put("properties", name, document, parent=kind.name)
        self._platform.properties.forget(kind)
        return json_reply(document, 201)

    def update_property(self, request: Request) -> Reply:
        kind = self._writable(request)
        name = request.params["name"]
        document = found(self._platform.items.get("properties", name, kind.name))
        if document["modificationMetadata"]["readOnlyDefinition"]:
            raise ApiError(400, f"The definition of '{name}' is read-only.", "VALIDATION_ERROR")
        document |= {key: value for key, value in request.json().items() if key in document and key != "name"}
        document["updatedAt"] = iso(self._platform.clock.now_ms())
        self._platform.items.put("properties", name, document, parent=kind.name)
        return json_reply(document)

    def archive_property(self, request: Request) -> Reply:
        kind = self._writable(request)
        name = request.params["name"]
        document = found(self._platform.items.get("properties", name, kind.name))
        if document["modificationMetadata"]["readOnlyDefinition"]:
            raise ApiError(400, f"The definition of '{name}' is read-only.", "VALIDATION_ERROR")
        now = self._platform.clock.now_ms()
        document |= {"archived": True, "archivedAt": iso(now)}
        self._platform.items.put("properties", name, document, parent=kind.name, archived=True, modified=now)
        self._platform.properties.forget(kind)
        return no_content()

    def groups(self, request: Request) -> Reply:
        kind = self._readable(request)
        return json_reply({"results": self._platform.items.all("groups", kind.name)})

    def create_group(self, request: Request) -> Reply:
        kind = self._writable(request)
        body = request.json()
        name = str(body.get("name") or "")
        if not name or self._platform.items.get("groups", name, kind.name):
            raise ApiError(409, f"A property group named '{name}' already exists.", "OBJECT_ALREADY_EXISTS")
        document = {"name": name, "label": body.get("label") or name, "displayOrder": -1, "archived": False}
        self._platform.items.put("groups", name, document, parent=kind.name)
        return json_reply(document, 201)

    def pipelines(self, request: Request) -> Reply:
        kind = self._readable(request)
        return json_reply({"results": self._platform.items.all("pipelines", kind.name)})

    def pipeline(self, request: Request) -> Reply:
        kind = self._readable(request)
        return json_reply(found(self._platform.items.get("pipelines", request.params["id"], kind.name)))

    def stages(self, request: Request) -> Reply:
        kind = self._readable(request)
        pipeline = found(self._platform.items.get("pipelines", request.params["id"], kind.name))
        return json_reply({"results": pipeline["stages"]})

    def schemas(self, request: Request) -> Reply:
        return json_reply({"results": self._platform.items.all("schemas", archived=request.flag("archived"))})

    def schema(self, request: Request) -> Reply:
        kind = self._platform.kind(request.params["type"])
        return json_reply(found(self._platform.items.get("schemas", kind.type_id)))

    def record_limits(self, request: Request) -> Reply:
        """How many records of each type the account holds."""
        usage = [
            {
                "objectTypeId": kind.type_id,
                "singularLabel": kind.singular,
                "pluralLabel": kind.name,
                "usage": self._platform.records.count(kind),
                "limit": 15_000_000,
            }
            for kind in OBJECT_TYPES
        ]
        return json_reply({"hubspotDefinedObjectTypes": usage, "customObjectTypes": usage[-2:]})

    def _readable(self, request: Request) -> ObjectType:
        kind = self._platform.kind(request.params["type"])
        require(request, (*kind.read_scopes, f"crm.schemas.{'custom' if kind.custom else kind.name}.read"))
        return kind

    def _writable(self, request: Request) -> ObjectType:
        kind = self._platform.kind(request.params["type"])
        require(request, (*kind.write_scopes, f"crm.schemas.{'custom' if kind.custom else kind.name}.write"))
        return kind


def _new_property(kind: ObjectType, name: str, body: dict[str, Any], now: str) -> dict[str, Any]:
    kinds = ("string", "number", "date", "datetime", "enumeration", "bool")
    if body.get("type") not in kinds:
        raise ApiError(400, f"type must be one of {', '.join(kinds)}", "VALIDATION_ERROR")
    return {
        "updatedAt": now,
        "createdAt": now,
        "name": name,
        "label": body.get("label") or name,
        "type": body["type"],
        "fieldType": body.get("fieldType") or "text",
        "description": body.get("description") or "",
        "groupName": body.get("groupName") or group_of(kind),
        "options": body.get("options") or [],
        "createdUserId": "88842095",
        "updatedUserId": "88842095",
        "displayOrder": body.get("displayOrder", -1),
        "calculated": False,
        "externalOptions": False,
        "archived": False,
        "hasUniqueValue": bool(body.get("hasUniqueValue")),
        "hidden": bool(body.get("hidden")),
        "modificationMetadata": {"archivable": True, "readOnlyDefinition": False, "readOnlyValue": False},
        "formField": bool(body.get("formField")),
        "dataSensitivity": "non_sensitive",
    }
