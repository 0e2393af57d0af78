"""What is proposed from an OpenAPI document is a manifest that loads, and says what it had to guess."""

import json
from pathlib import Path

import pytest
import yaml

from integrations.connector.manifest import load_manifest
from integrations.connector.openapi.document import DocumentInvalid
from integrations.connector.openapi.proposal import propose
from listbackup.core.errors import TooLarge

OURS = Path(__file__).resolve().parents[3] / "docs" / "openapi.yaml"


def thing(**properties):
    return {"type": "object", "properties": {"id": {"type": "string"}, **properties}}


def answers(schema, **more):
    return {"responses": {"200": {"content": {"application/json": {"schema": schema}}, **more}}}


def listing(schema, *parameters, **more):
    return {"get": {**answers(schema, **more), "parameters": [{"in": "query", **one} for one in parameters]}}


def wrapped(item, **properties):
    return {"type": "object", "properties": {"data": {"type": "array", "items": item}, **properties}}


def document(paths, **more):
    base = {"openapi": "3.0.3", "info": {"title": "Shop"}, "servers": [{"url": "https://api.shop.example/v2/"}]}
    return json.dumps({**base, "paths": paths, **more})


def streams_of(paths, **more):
    proposal = propose(document(paths, **more))
    load_manifest(proposal.text)
    return yaml.safe_load(proposal.text)["streams"], proposal.notes


def test_our_own_document_then_a_manifest_that_loads():
    manifest = load_manifest(propose(OURS.read_text(encoding="utf-8")).text)
    assert {"sources", "connections", "jobs", "teams", "members"} <= set(manifest.streams)
    assert manifest.streams["sources"].page.kind == "next_url"
    assert manifest.streams["members"].parent.stream == "teams"


def test_address_sign_in_and_variables_then_as_the_document_says():
    text = document(
        {"/things": listing({"type": "array", "items": thing()})},
        servers=[{"url": "https://{shop}.example.com/api/", "variables": {"shop": {"default": "demo"}}}],
        components={"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}}},
    )
    manifest = load_manifest(propose(text).text)
    assert manifest.base_url == "https://{config.shop}.example.com/api"
    assert manifest.config["shop"].default == "demo"
    assert (manifest.auth[0].kind, manifest.auth[0].name) == ("api_key", "X-Api-Key")


@pytest.mark.parametrize(
    ("parameters", "around", "page"),
    [
        (["page", "per_page"], {}, {"kind": "number", "param": "page", "size": 100, "size_param": "per_page"}),
        (["cursor"], {"next_cursor": {"type": "string"}}, {"kind": "cursor", "param": "cursor", "next": "next_cursor"}),
        (
            ["after", "limit"],
            {"paging": {"type": "object", "properties": {"next": {"properties": {"after": {"type": "string"}}}}}},
            {"kind": "cursor", "param": "after", "next": "paging.next.after", "size": 100, "size_param": "limit"},
        ),
        ([], {"next": {"type": "string", "format": "uri"}}, {"kind": "next_url", "next": "next"}),
    ],
)
def test_paging_then_recognised_by_its_parameters_and_its_answer(parameters, around, page):
    schema = wrapped(thing(), **around)
    streams, _ = streams_of({"/things": listing(schema, *({"name": name} for name in parameters))})
    assert streams["things"]["page"] == page
    assert streams["things"]["records"] == "data"
    assert streams["things"]["deletions"] == {"sweep": True}


def test_offset_link_header_and_size_limit_then_recognised():
    offset = {"name": "offset", "schema": {"type": "integer"}}
    size = {"name": "limit", "schema": {"type": "integer", "maximum": 50}}
    rows = {"type": "array", "items": thing()}
    streams, _ = streams_of(
        {"/a": listing(rows, offset, size), "/b": listing(rows, headers={"Link": {"schema": {"type": "string"}}})}
    )
    assert streams["a"]["page"] == {"kind": "offset", "param": "offset", "size": 50, "size_param": "limit"}
    assert streams["b"]["page"] == {"kind": "link_header"}


def test_filter_by_change_then_incremental_with_the_field_it_filters():
    rows = {"type": "array", "items": thing(updated_at={"type": "string"})}
    since = {"name": "updated_since", "schema": {"type": "integer"}}
    streams, _ = streams_of({"/things": listing(rows, since, {"name": "page"})})
    assert streams["things"]["cursor"] == "updated_at"
    assert streams["things"]["request"]["query"] == {"updated_since": "{since}"}
    assert streams["things"]["incremental"]["format"] == "epoch_s"


def test_child_list_then_read_for_each_parent_and_deeper_ones_are_left_out():
    rows = {"type": "array", "items": thing()}
    streams, notes = streams_of(
        {"/shops": listing(rows), "/shops/{id}/orders": listing(rows), "/other/{id}/orders": listing(rows)}
    )
    assert streams["orders"]["request"]["path"] == "/shops/{parent.id}/orders"
    assert streams["orders"]["key"] == ["{parent.id}", "id"]
    assert set(streams) == {"shops", "orders"}
    assert any("/other/{id}/orders is left out" in note for note in notes)


def test_no_pages_recognised_then_no_sweep_and_it_is_said():
    streams, notes = streams_of({"/things": listing({"type": "array", "items": thing()})})
    assert "deletions" not in streams["things"]
    assert any("no pages were recognised" in note for note in notes)


def test_required_parameter_then_its_default_or_left_out():
    rows = {"type": "array", "items": thing()}
    kind = {"name": "kind", "required": True, "schema": {"enum": ["all", "new"]}}
    shop = {"name": "shop", "required": True, "schema": {"type": "string"}}
    streams, notes = streams_of({"/a": listing(rows, kind), "/b": listing(rows, shop)})
    assert streams["a"]["request"]["query"] == {"kind": "all"} and "b" not in streams
    assert any("it needs shop" in note for note in notes)


def test_details_and_lists_of_words_then_no_streams():
    words = {"type": "object", "properties": {"tags": {"type": "array", "items": {"type": "string"}}}}
    rows = {"type": "array", "items": thing()}
    streams, _ = streams_of(
        {"/things": listing(rows), "/me": listing(words), "/things/{id}": listing(wrapped(thing()))}
    )
    assert set(streams) == {"things"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"swagger": "2.0"}',
        '{"openapi": "3.0.0", "paths": {}}',
        "openapi: 3.0.0\npaths: &a {x: *a}\n",
        "a: [" + "[" * 5000,
        '{"a":' * 3000,
        "openapi: 3.0.0\ninfo: {title: 2020-99-99}\npaths: []",
        json.dumps({"openapi": "3.1.0", "paths": {"/a": {"$ref": "#/paths/~1a"}}}),
        json.dumps({"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": {"200": {"$ref": "other.yaml"}}}}}}),
    ],
)
def test_hostile_or_other_documents_then_refused_in_words(text):
    with pytest.raises(DocumentInvalid) as caught:
        propose(text)
    assert caught.value.message


def test_schema_that_refers_to_itself_then_read_all_the_same():
    node = thing(children={"type": "array", "items": {"$ref": "#/components/schemas/Node"}})
    node["allOf"] = [{"$ref": "#/components/schemas/Node"}]
    paths = {"/nodes": listing({"type": "array", "items": {"$ref": "#/components/schemas/Node"}})}
    streams, _ = streams_of(paths, components={"schemas": {"Node": node}})
    assert streams["nodes"]["key"] == "id"


def test_larger_than_two_megabytes_then_refused():
    with pytest.raises(TooLarge):
        propose("x" * 2_000_001)
