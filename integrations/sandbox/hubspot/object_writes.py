"""Create, change, upsert and archive CRM records, one or a hundred at a time."""

from collections.abc import Callable
from typing import Any

from integrations.sandbox import association_types, jsonio
from integrations.sandbox.clock import iso, to_ms
from integrations.sandbox.http import ApiError, Reply, Request, Router, json_reply, no_content, whole
from integrations.sandbox.hubspot.access import require
from integrations.sandbox.hubspot.links import Links
from integrations.sandbox.hubspot.object_reads import BATCH_MOST, batch_inputs
from integrations.sandbox.hubspot.shapes import batch_body, not_found
from integrations.sandbox.object_types import ObjectType, type_of_id
from integrations.sandbox.platform import Platform
from integrations.sandbox.records import DuplicateKey, number

Values = dict[str, str | None]


class ObjectWrites:
    """Write handlers for every CRM object type."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register(self, router: Router) -> None:
        router.add("POST", "/crm/v3/objects/{type}", self.create)
        router.add("PATCH", "/crm/v3/objects/{type}/{id}", self.update)
        router.add("DELETE", "/crm/v3/objects/{type}/{id}", self.archive)
        router.add("POST", "/crm/v3/objects/{type}/batch/create", self.batch_create)
        router.add("POST", "/crm/v3/objects/{type}/batch/update", self.batch_update)
        router.add("POST", "/crm/v3/objects/{type}/batch/upsert", self.batch_upsert)
        router.add("POST", "/crm/v3/objects/{type}/batch/archive", self.batch_archive)
        router.add("POST", "/crm/v3/objects/{type}/gdpr-delete", self.gdpr_delete)

    def create(self, request: Request) -> Reply:
        kind = self._writable(request)
        return json_reply(self._create(kind, request.json()), 201)

    def update(self, request: Request) -> Reply:
        kind = self._writable(request)
        record_id = self._find(kind, request.get("idProperty"), request.params["id"])
        return json_reply(self._update(kind, record_id, request.json()))

    def archive(self, request: Request) -> Reply:
        """204 whether there was such a record or not, as recorded."""
        kind = self._writable(request)
        self._archive(kind, number(request.params["id"]))
        return no_content()

    def gdpr_delete(self, request: Request) -> Reply:
        kind = self._writable(request)
        body = request.json()
        record_id = self._find(kind, str(body.get("idProperty") or ""), str(body.get("objectId", "")))
        self._platform.records.purge(kind, record_id)
        self._platform.tell("purge", kind, [record_id])
        return no_content()

    def batch_create(self, request: Request) -> Reply:
        kind = self._writable(request)
        return self._batch(request, lambda one: self._create(kind, one), 201)

    def batch_update(self, request: Request) -> Reply:
        kind = self._writable(request)

        def step(one: dict[str, Any]) -> dict[str, Any]:
            record_id = self._find(kind, str(one.get("idProperty") or ""), str(one.get("id", "")))
            return self._update(kind, record_id, one)

        return self._batch(request, step, 200)

    def batch_upsert(self, request: Request) -> Reply:
        kind = self._writable(request)

        def step(one: dict[str, Any]) -> dict[str, Any]:
            name, key = str(one.get("idProperty") or ""), str(one.get("id", ""))
            if name:
                self._check_unique(kind, name)
            found = self._platform.records.find_by(kind, name, key)
            if found is not None and self._platform.records.get(kind, found) is not None:
                return self._update(kind, found, one) | {"new": False}
            if not name:
                raise not_found(key)
            properties = {name: key} | (one.get("properties") or {})
            return self._create(kind, one | {"properties": properties}) | {"new": True}

        return self._batch(request, step, 200)

    def batch_archive(self, request: Request) -> Reply:
        kind = self._writable(request)
        for one in batch_inputs(request.json(), BATCH_MOST):
            self._archive(kind, number(str(one.get("id", ""))))
        return no_content()

    def _archive(self, kind: ObjectType, record_id: int) -> None:
        if self._platform.records.archive(kind, record_id):
            self._platform.tell("delete", kind, [record_id])

    def _batch(self, request: Request, step: Callable[[dict[str, Any]], dict[str, Any]], status: int) -> Reply:
        clock = self._platform.clock
        started = iso(clock.now_ms())
        results: list[Any] = []
        errors: list[dict[str, Any]] = []
        inputs = batch_inputs(request.json(), BATCH_MOST)
        with _transaction(self._platform):
            for one in inputs:
                try:
                    results.append(step(one))
                except ApiError as error:
                    errors.append(_batch_error(error, one))
        # With one input, or no trace ids to tell the inputs apart, the whole call fails.
        if errors and not results:
            first = errors[0]
            raise ApiError(int(first["code"]), first["message"], first["category"], extra={"context": first["context"]})
        reply = batch_body(
            results, [{k: v for k, v in one.items() if k != "code"} for one in errors], started, iso(clock.now_ms())
        )
        if not errors:
            reply.status = status
        return reply

    def _writable(self, request: Request) -> ObjectType:
        kind = self._platform.kind(request.params["type"])
        require(request, kind.write_scopes)
        return kind

    def _find(self, kind: ObjectType, name: str, key: str) -> int:
        if name:
            self._check_unique(kind, name)
        found = self._platform.records.find_by(kind, name, key)
        if found is None or self._platform.records.get(kind, found) is None:
            raise not_found()
        return found

    def _check_unique(self, kind: ObjectType, name: str) -> None:
        definition = self._platform.items.get("properties", name, kind.name)
        if name != "hs_object_id" and (definition is None or not definition.get("hasUniqueValue")):
            raise ApiError(400, f"Property '{name}' is not a unique property of {kind.name}", "VALIDATION_ERROR")

    def _create(self, kind: ObjectType, body: dict[str, Any]) -> dict[str, Any]:
        values = self._values(kind, body, creating=True)
        try:
            created = self._platform.records.create(kind, self._platform.properties.names(kind), values)
        except DuplicateKey as error:
            raise ApiError(
                409, f"{kind.singular.capitalize()} already exists. Existing ID: {error.record_id}", "CONFLICT"
            ) from None
        document: dict[str, Any] = jsonio.loads(created)
        self._associate(kind, int(document["id"]), body.get("associations") or [])
        self._platform.tell("add", kind, [document["id"]])
        return _written(document)

    def _update(self, kind: ObjectType, record_id: int, body: dict[str, Any]) -> dict[str, Any]:
        values = self._values(kind, body, creating=False)
        try:
            changed = self._platform.records.update(kind, record_id, values)
        except DuplicateKey as error:
            raise ApiError(
                409, f"{kind.singular.capitalize()} already exists. Existing ID: {error.record_id}", "CONFLICT"
            ) from None
        if changed is None:
            raise not_found()
        self._platform.tell("change", kind, [record_id])
        return _written(jsonio.loads(changed))

    def _associate(self, kind: ObjectType, record_id: int, associations: list[Any]) -> None:
        links = Links(self._platform)
        for one in associations:
            other = number(str(one.get("to", {}).get("id", "")))
            target = type_of_id(other)
            if target is None or self._platform.records.get(target, other) is None:
                raise ApiError(
                    400, f"One or more associations are not valid: object {other} does not exist", "VALIDATION_ERROR"
                )
            type_ids = [whole(item.get("associationTypeId", 0), "associationTypeId") for item in one.get("types") or []]
            known = {item.type_id for item in association_types.between(kind, target)}
            if not type_ids or not known.issuperset(type_ids):
                raise ApiError(400, f"One or more associations are not valid: types {type_ids}", "VALIDATION_ERROR")
            links.add(kind, record_id, target, other, type_ids)

    def _values(self, kind: ObjectType, body: dict[str, Any], *, creating: bool) -> Values:
        """Checked property values as texts. Raises ApiError 400 with every problem."""
        given = body.get("properties")
        if not isinstance(given, dict):
            raise ApiError(400, "Invalid input JSON: properties must be an object", "VALIDATION_ERROR")
        definitions = {item["name"]: item for item in self._platform.items.all("properties", kind.name)}
        problems: list[dict[str, Any]] = []
        values: Values = {}
        for name, value in given.items():
            definition = definitions.get(name)
            code = _problem(definition, value, settable=creating and name == kind.created)
            if code:
                problems.append(
                    {"isValid": False, "message": f'Property "{name}": {code}', "error": code, "name": name}
                )
            else:
                values[name] = _text(definition, value)
        if problems:
            listed = jsonio.dumps(problems).decode()
            raise ApiError(400, f"Property values were not valid: {listed}", "VALIDATION_ERROR")
        return values


class _transaction:
    """One write transaction for a batch; kept even when single inputs fail, as HubSpot's batches are not atomic."""

    def __init__(self, platform: Platform) -> None:
        self._db = platform.db

    def __enter__(self) -> None:
        self._db.execute("BEGIN")

    def __exit__(self, *exc: object) -> None:
        self._db.execute("COMMIT")


def _written(document: dict[str, Any]) -> dict[str, Any]:
    """Answers to writes leave out properties without a value, as recorded."""
    document["properties"] = {name: value for name, value in document["properties"].items() if value is not None}
    return document


def _problem(definition: dict[str, Any] | None, value: Any, *, settable: bool) -> str:
    if definition is None:
        return "PROPERTY_DOESNT_EXIST"
    if definition["modificationMetadata"]["readOnlyValue"] and not settable:
        return "READ_ONLY_VALUE"
    if value is None or value == "":
        return ""
    if isinstance(value, dict | list):
        return "INVALID_TYPE"
    if definition["type"] == "number":
        try:
            float(value)
        except ValueError:
            return "INVALID_INTEGER"
    if definition["type"] in ("datetime", "date"):
        try:
            to_ms(str(value))
        except ValueError:
            return "INVALID_DATE"
    options = {option["value"] for option in definition["options"]}
    if options and str(value) not in options:
        return "INVALID_OPTION"
    if definition["name"] == "email" and "@" not in str(value):
        return "INVALID_EMAIL"
    return ""


def _text(definition: dict[str, Any] | None, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if definition is not None and definition["type"] == "datetime":
        return iso(to_ms(str(value)))
    return str(value)


def _batch_error(error: ApiError, one: dict[str, Any]) -> dict[str, Any]:
    context: dict[str, list[str]] = {}
    if one.get("id") is not None:
        context["ids"] = [str(one["id"])]
    if one.get("objectWriteTraceId"):
        context["objectWriteTraceId"] = [str(one["objectWriteTraceId"])]
    return {
        "status": "error",
        "category": error.category or "VALIDATION_ERROR",
        "message": error.message,
        "context": context,
        "code": error.status,
    }
