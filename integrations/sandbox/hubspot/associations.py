"""Associations: v4 batches, one record's list, labels; v3 batches as recorded."""

from typing import Any

from integrations.sandbox import association_types
from integrations.sandbox.clock import iso
from integrations.sandbox.http import ApiError, Reply, Request, Router, json_reply, no_content, whole
from integrations.sandbox.hubspot.access import require
from integrations.sandbox.hubspot.links import Links
from integrations.sandbox.hubspot.object_reads import batch_inputs
from integrations.sandbox.hubspot.shapes import batch_body, cursor, integer, next_page, not_found
from integrations.sandbox.object_types import ObjectType
from integrations.sandbox.platform import Platform
from integrations.sandbox.records import number

READ_MOST = 1000
CREATE_MOST = 2000
PER_RECORD = 500


class Associations:
    """Handlers for the associations of one platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register(self, router: Router) -> None:
        for base in ("/crm/v4/associations", "/crm/associations/v4"):
            router.add("GET", f"{base}/definitions/configurations/all", self.configurations)
            router.add("POST", f"{base}/{{from}}/{{to}}/batch/read", self.batch_read)
            router.add("POST", f"{base}/{{from}}/{{to}}/batch/create", self.batch_create)
            router.add("POST", f"{base}/{{from}}/{{to}}/batch/associate/default", self.batch_default)
            router.add("POST", f"{base}/{{from}}/{{to}}/batch/archive", self.batch_archive)
            router.add("GET", f"{base}/{{from}}/{{to}}/labels", self.labels)
        router.add("POST", "/crm/v3/associations/{from}/{to}/batch/read", self.batch_read_v3)
        router.add("POST", "/crm/v3/associations/{from}/{to}/batch/create", self.batch_create_v3)
        router.add("GET", "/crm/v4/objects/{type}/{id}/associations/{to}", self.of_record)
        router.add("PUT", "/crm/v4/objects/{type}/{id}/associations/{to}/{other}", self.put)
        router.add("DELETE", "/crm/v4/objects/{type}/{id}/associations/{to}/{other}", self.delete)
        router.add("PUT", "/crm/v4/objects/{type}/{id}/associations/default/{to}/{other}", self.put_default)

    def batch_read(self, request: Request) -> Reply:
        source, target = self._pair(request, write=False)
        started = iso(self._platform.clock.now_ms())
        links = Links(self._platform)
        results: list[Any] = []
        none: list[str] = []
        for one in batch_inputs(request.json(), READ_MOST):
            key = str(one.get("id", ""))
            rows = links.of(number(key), target, cursor(str(one.get("after") or "")), PER_RECORD + 1)
            if not rows or number(key) // 100_000_000_000 != source.index:
                none.append(key)
                continue
            entry: dict[str, Any] = {"from": {"id": key}, "to": [_labelled(row) for row in rows[:PER_RECORD]]}
            if len(rows) > PER_RECORD:
                entry["paging"] = next_page(str(rows[PER_RECORD - 1][0]))
            results.append(entry)
        errors = [_none_found(source, target, key) for key in none]
        return batch_body(results, errors, started, iso(self._platform.clock.now_ms()))

    def batch_read_v3(self, request: Request) -> Reply:
        source, target = self._pair(request, write=False)
        started = iso(self._platform.clock.now_ms())
        links = Links(self._platform)
        results, errors = [], []
        for one in batch_inputs(request.json(), READ_MOST):
            key = str(one.get("id", ""))
            rows = links.of(number(key), target, 0, PER_RECORD)
            to = [
                {"id": str(other), "type": association_types.BY_ID[int(type_id)].name}
                for other, type_ids in rows
                for type_id in type_ids.split(",")
            ]
            if to:
                results.append({"from": {"id": key}, "to": to})
            else:
                errors.append(_none_found(source, target, key))
        return batch_body(results, errors, started, iso(self._platform.clock.now_ms()))

    def batch_create(self, request: Request) -> Reply:
        source, target = self._pair(request, write=True)
        started = iso(self._platform.clock.now_ms())
        results: list[Any] = []
        for one in batch_inputs(request.json(), CREATE_MOST):
            from_id, to_id = self._ends(source, target, one)
            type_ids = self._types(source, target, one.get("types"))
            Links(self._platform).add(source, from_id, target, to_id, type_ids)
            labels = [item.label for item in map(association_types.BY_ID.__getitem__, type_ids) if item.label]
            results.append(_created(source, from_id, target, to_id, labels))
        reply = batch_body(results, [], started, iso(self._platform.clock.now_ms()))
        reply.status = 201
        return reply

    def batch_default(self, request: Request) -> Reply:
        source, target = self._pair(request, write=True)
        default = self._default(source, target)
        started = iso(self._platform.clock.now_ms())
        results: list[Any] = []
        for one in batch_inputs(request.json(), CREATE_MOST):
            from_id, to_id = self._ends(source, target, one)
            Links(self._platform).add(source, from_id, target, to_id, [default.type_id])
            spec = {"associationCategory": default.category, "associationTypeId": default.type_id}
            results.append({"from": {"id": str(from_id)}, "to": {"id": str(to_id)}, "associationSpec": spec})
        return batch_body(results, [], started, iso(self._platform.clock.now_ms()))

    def batch_create_v3(self, request: Request) -> Reply:
        source, target = self._pair(request, write=True)
        started = iso(self._platform.clock.now_ms())
        named = {item.name: item for item in association_types.between(source, target)}
        results: list[Any] = []
        for one in batch_inputs(request.json(), CREATE_MOST):
            kind = named.get(str(one.get("type"))) or association_types.default_between(source, target)
            if kind is None:
                raise ApiError(400, f"{one.get('type')} is not a valid association type", "VALIDATION_ERROR")
            from_id, to_id = self._ends(source, target, one)
            Links(self._platform).add(source, from_id, target, to_id, [kind.type_id])
            back = association_types.BY_ID[association_types.REVERSE[kind.type_id]]
            results += [
                {"from": {"id": str(to_id)}, "to": {"id": str(from_id)}, "type": back.name},
                {"from": {"id": str(from_id)}, "to": {"id": str(to_id)}, "type": kind.name},
            ]
        return batch_body(results, [], started, iso(self._platform.clock.now_ms()))

    def batch_archive(self, request: Request) -> Reply:
        source, target = self._pair(request, write=True)
        for one in batch_inputs(request.json(), CREATE_MOST):
            from_id = number(str(one.get("from", {}).get("id", "")))
            for other in one.get("to") or []:
                Links(self._platform).remove(source, from_id, target, number(str(other.get("id", ""))))
        return no_content()

    def labels(self, request: Request) -> Reply:
        source, target = self._pair(request, write=False)
        found = association_types.between(source, target)
        return json_reply(
            {"results": [{"category": one.category, "typeId": one.type_id, "label": one.label} for one in found]}
        )

    def configurations(self, request: Request) -> Reply:
        """Limits and custom configurations; the imitated account has none of its own."""
        return json_reply({"results": []})

    def of_record(self, request: Request) -> Reply:
        source, target = self._record_pair(request)
        require(request, source.read_scopes)
        record_id = number(request.params["id"])
        if self._platform.records.get(source, record_id) is None:
            raise not_found()
        limit = integer(request.get("limit"), PER_RECORD, "limit", PER_RECORD)
        rows = Links(self._platform).of(record_id, target, cursor(request.get("after")), limit + 1)
        answer: dict[str, Any] = {"results": [_labelled(row) for row in rows[:limit]]}
        if len(rows) > limit:
            answer["paging"] = next_page(str(rows[limit - 1][0]), request)
        return json_reply(answer)

    def put(self, request: Request) -> Reply:
        source, target = self._record_pair(request)
        require(request, source.write_scopes)
        body = request.json() if not request.body.lstrip().startswith(b"[") else {"types": _json_list(request)}
        type_ids = self._types(source, target, body.get("types"))
        ends = {"from": {"id": request.params["id"]}, "to": {"id": request.params["other"]}}
        from_id, to_id = self._ends(source, target, ends)
        Links(self._platform).add(source, from_id, target, to_id, type_ids)
        labels = [item.label for item in map(association_types.BY_ID.__getitem__, type_ids) if item.label]
        return json_reply(_created(source, from_id, target, to_id, labels), 201)

    def put_default(self, request: Request) -> Reply:
        source, target = self._record_pair(request)
        require(request, source.write_scopes)
        ends = {"from": {"id": request.params["id"]}, "to": {"id": request.params["other"]}}
        from_id, to_id = self._ends(source, target, ends)
        default = self._default(source, target)
        Links(self._platform).add(source, from_id, target, to_id, [default.type_id])
        now = iso(self._platform.clock.now_ms())
        spec = {"associationCategory": default.category, "associationTypeId": default.type_id}
        result = {"from": {"id": str(from_id)}, "to": {"id": str(to_id)}, "associationSpec": spec}
        return batch_body([result], [], now, now)

    def delete(self, request: Request) -> Reply:
        source, target = self._record_pair(request)
        require(request, source.write_scopes)
        Links(self._platform).remove(source, number(request.params["id"]), target, number(request.params["other"]))
        return no_content()

    def _pair(self, request: Request, *, write: bool) -> tuple[ObjectType, ObjectType]:
        source, target = self._platform.kind(request.params["from"]), self._platform.kind(request.params["to"])
        require(request, source.write_scopes if write else source.read_scopes)
        require(request, target.write_scopes if write else target.read_scopes)
        return source, target

    def _record_pair(self, request: Request) -> tuple[ObjectType, ObjectType]:
        return self._platform.kind(request.params["type"]), self._platform.kind(request.params["to"])

    def _ends(self, source: ObjectType, target: ObjectType, one: dict[str, Any]) -> tuple[int, int]:
        from_id = number(str(one.get("from", {}).get("id", "")))
        to_id = number(str(one.get("to", {}).get("id", "")))
        for kind, record_id in ((source, from_id), (target, to_id)):
            if self._platform.records.get(kind, record_id) is None:
                raise ApiError(404, f"{kind.singular} {record_id} does not exist", "OBJECT_NOT_FOUND")
        return from_id, to_id

    @staticmethod
    def _types(source: ObjectType, target: ObjectType, given: Any) -> list[int]:
        type_ids = [whole(one.get("associationTypeId", 0), "associationTypeId") for one in given or []]
        known = {one.type_id for one in association_types.between(source, target)}
        if not type_ids or not known.issuperset(type_ids):
            raise ApiError(400, f"Association types {type_ids} do not exist between these objects", "VALIDATION_ERROR")
        return type_ids

    @staticmethod
    def _default(source: ObjectType, target: ObjectType) -> association_types.AssociationType:
        default = association_types.default_between(source, target)
        if default is None:
            raise ApiError(400, f"{source.name} and {target.name} cannot be associated", "VALIDATION_ERROR")
        return default


def _json_list(request: Request) -> list[Any]:
    from integrations.sandbox import jsonio

    try:
        found: list[Any] = jsonio.loads(request.body)
    except ValueError:
        raise ApiError(400, "Invalid input JSON", "VALIDATION_ERROR") from None
    return found


def _labelled(row: tuple[int, str]) -> dict[str, Any]:
    kinds = [association_types.BY_ID[int(one)] for one in row[1].split(",")]
    return {
        "toObjectId": row[0],
        "associationTypes": [{"category": one.category, "typeId": one.type_id, "label": one.label} for one in kinds],
    }


def _created(source: ObjectType, from_id: int, target: ObjectType, to_id: int, labels: list[str]) -> dict[str, Any]:
    return {
        "fromObjectTypeId": source.type_id,
        "fromObjectId": from_id,
        "toObjectTypeId": target.type_id,
        "toObjectId": to_id,
        "labels": labels,
    }


def _none_found(source: ObjectType, target: ObjectType, key: str) -> dict[str, Any]:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {target.singular} is associated with {source.singular} {key}.",
        "context": {"fromObjectId": [key], "fromObjectType": [source.singular], "toObjectType": [target.singular]},
    }
