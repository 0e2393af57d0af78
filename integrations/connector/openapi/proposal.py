"""A manifest proposed from an OpenAPI document: streams from list operations, the sign-in, the address."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from integrations.connector.manifest import dump_manifest
from integrations.connector.openapi.document import ApiDocument, DocumentInvalid, read_document
from integrations.connector.openapi.lists import ListAnswer, cursor_of, key_of, list_answer
from integrations.connector.openapi.paging import page_rule, since_filter

MOST_STREAMS = 100
MOST_NOTES = 40
_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_PLACES = {"header": "header", "query": "query"}


@dataclass(slots=True)
class Proposal:
    """`text` is YAML for the editor; `notes` say what was guessed or left out."""

    text: str
    streams: int
    notes: list[str] = field(default_factory=list)


def propose(text: str, *, taken: frozenset[str] = frozenset()) -> Proposal:
    """`taken` are keys that the manifest may not have. Raises DocumentInvalid or TooLarge."""
    document = read_document(text)
    maker = _Maker(document)
    info = document.resolved(document.root.get("info"))
    name = " ".join(str(info.get("title") or "").split())[:80] or "Imported API"
    key = word_of(name)[:36] or "imported"
    manifest: dict[str, Any] = {
        "manifest": 1,
        "key": f"{key}_api" if key in taken or len(key) < 2 else key,
        "name": name,
    }
    description = " ".join(str(info.get("summary") or info.get("description") or "").split())
    if description:
        manifest["description"] = description[:300]
    manifest |= maker.address()
    auth = maker.auth()
    if auth:
        manifest["auth"] = auth
    manifest["streams"] = maker.streams()
    if not manifest["streams"]:
        raise DocumentInvalid(
            "The document has no list operation that could be read.",
            remedy="A list operation is a GET that answers with an array, or with an object that holds one array.",
        )
    notes = list(dict.fromkeys(maker.notes))
    if len(notes) > MOST_NOTES:
        notes = [*notes[:MOST_NOTES], f"And {len(notes) - MOST_NOTES} more of the kind."]
    return Proposal(dump_manifest(manifest), len(manifest["streams"]), notes)


class _Maker:
    def __init__(self, document: ApiDocument) -> None:
        self.document = document
        self.notes: list[str] = []

    def address(self) -> dict[str, Any]:
        """`base_url` and the settings that its variables become."""
        servers = self.document.root.get("servers")
        server = self.document.resolved(servers[0]) if isinstance(servers, list) and servers else {}
        url = str(server.get("url") or "").strip().rstrip("/")
        variables = server.get("variables")
        config: dict[str, Any] = {}
        for name, variable in (variables if isinstance(variables, dict) else {}).items():
            word = word_of(str(name))
            if word and f"{{{name}}}" in url:
                default = str(self.document.resolved(variable).get("default") or "")
                config[word] = {"label": str(name)[:80], **({"default": default} if default else {})}
                url = url.replace(f"{{{name}}}", f"{{config.{word}}}")
        if not re.match(r"^https?://[^\s]+$", url) or not urlsplit(url.replace("{", "").replace("}", "")).netloc:
            self.notes.append("The document does not say at which address the API answers: correct base_url.")
            path = url if url.startswith("/") and " " not in url else ""
            url = f"https://api.example.com{path}"
        return {"base_url": url, **({"config": config} if config else {})}

    def auth(self) -> list[dict[str, Any]]:
        components = self.document.resolved(self.document.root.get("components"))
        schemes = components.get("securitySchemes")
        found: list[dict[str, Any]] = []
        for name, scheme in (schemes if isinstance(schemes, dict) else {}).items():
            made = self._auth(str(name), self.document.resolved(scheme))
            if made is not None and made["kind"] not in {one["kind"] for one in found}:
                found.append(made)
        if not found:
            self.notes.append("No way to sign in was found: add auth when the API needs one.")
        return found

    def _auth(self, name: str, scheme: dict[str, Any]) -> dict[str, Any] | None:
        kind, way = scheme.get("type"), str(scheme.get("scheme") or "").lower()
        if kind == "http" and way == "bearer":
            return {"kind": "bearer", "secret": "access_token", "label": "Access token"}
        if kind == "http" and way == "basic":
            return {"kind": "basic", "username": "username", "password": "password"}
        if kind == "apiKey" and scheme.get("in") in _PLACES and scheme.get("name"):
            place = {"in": _PLACES[str(scheme["in"])], "name": str(scheme["name"])}
            return {"kind": "api_key", **place, "secret": "api_key", "label": "API key"}
        if kind in ("oauth2", "openIdConnect"):
            return self._oauth(name, scheme)
        self.notes.append(f"The sign-in {name[:60]} is of a kind that custom connectors do not know.")
        return None

    def _oauth(self, name: str, scheme: dict[str, Any]) -> dict[str, Any]:
        flow = self.document.resolved(self.document.resolved(scheme.get("flows")).get("clientCredentials"))
        url = str(flow.get("tokenUrl") or "")
        if re.match(r"^https?://[^\s]+$", url):
            return {"kind": "client_credentials", "token_url": url}
        self.notes.append(
            f"The sign-in {name[:60]} needs a browser, which custom connectors do not have: a token is asked for instead."
        )
        return {"kind": "bearer", "secret": "access_token", "label": "Access token"}

    def streams(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        by_path: dict[str, str] = {}
        known = [one for one in self.document.lists() if one[0].count("{") <= 1]
        for path, operation, parameters in sorted(known, key=lambda one: one[0].count("{")):
            if len(found) >= MOST_STREAMS:
                self.notes.append(f"Only the first {MOST_STREAMS} lists were taken.")
                break
            answer = list_answer(self.document, operation, path)
            if answer is None:
                continue
            parent = self._parent(path, by_path)
            if parent is None:
                continue
            made = self._stream(path, operation, parameters, answer, found[parent] if parent else None, parent)
            if made is not None:
                name = _free(path, found)
                found[name] = made
                by_path[path.rstrip("/")] = name
        return found

    def _parent(self, path: str, by_path: dict[str, str]) -> str | None:
        """The stream whose records fill the path's parameter; "" without one, None when there is none that could."""
        if "{" not in path:
            return ""
        above = path.split("{")[0].rstrip("/")
        name = by_path.get(above)
        if name is None:
            self.notes.append(f"{path} is left out: there is no list at {above or '/'} to take its parameter from.")
        return name

    def _stream(
        self,
        path: str,
        operation: dict[str, Any],
        parameters: list[dict[str, Any]],
        answer: ListAnswer,
        above: dict[str, Any] | None,
        parent: str,
    ) -> dict[str, Any] | None:
        asked = {one["name"]: one for one in parameters if one.get("in") == "query"}
        query = self._required(path, parameters)
        if query is None:
            return None
        label = _label(path)
        key = key_of(self.document, answer.item, word_of(path.rstrip("/").rpartition("/")[2]))
        if not key:
            key = "id"
            self.notes.append(f"{path}: the document does not say what identifies a record; id is a guess.")
        stream: dict[str, Any] = {"label": label}
        summary = " ".join(str(operation.get("summary") or "").split())
        if summary:
            stream["description"] = summary[:200]
        request: dict[str, Any] = {"path": path}
        if above is not None:
            field_name = above["key"]
            request["path"] = _PARAMETER.sub(lambda _: f"{{parent.{field_name}}}", path)
            stream["parent"] = {"stream": parent}
        stream |= {"request": request, **({"records": answer.records} if answer.records else {})}
        stream["key"] = [f"{{parent.{above['key']}}}", key] if above is not None else key
        page = page_rule(self.document, asked, answer)
        self._changes(stream, query, asked, answer)
        if query:
            request["query"] = query
        if page:
            stream["page"] = page
            if "incremental" not in stream and above is None:
                stream["deletions"] = {"sweep": True}
        else:
            self.notes.append(f"{path}: no pages were recognised. If there are more than one, say how under page.")
        return stream

    def _changes(
        self, stream: dict[str, Any], query: dict[str, Any], asked: dict[str, dict[str, Any]], answer: ListAnswer
    ) -> None:
        """The field that tells when a record changed, and the filter by it."""
        cursor = cursor_of(self.document, answer.item)
        if not cursor:
            return
        stream["cursor"] = cursor
        since, written = since_filter(self.document, asked)
        if since:
            query[since] = "{since}"
            stream["incremental"] = {"format": written, "look_back_s": 60}
            stream["deletions"] = {"sweep": True, "sweep_every_h": 24}

    def _required(self, path: str, parameters: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Values for query parameters that must be given; None when one of them is not known."""
        query: dict[str, Any] = {}
        for one in parameters:
            if one.get("required") is not True or one.get("in") not in ("query", "header"):
                continue
            schema = self.document.resolved(one.get("schema"))
            choices = schema.get("enum")
            values = [schema.get("default"), one.get("example"), *(choices if isinstance(choices, list) else [])]
            value = next((item for item in values if isinstance(item, str | int) and item != ""), None)
            if value is None or one.get("in") == "header":
                self.notes.append(f"{path} is left out: it needs {str(one['name'])[:60]}, which has no usual value.")
                return None
            query[str(one["name"])] = value
        return query


def word_of(text: str) -> str:
    """a-z, 0-9 and _, beginning with a letter; camelCase is taken apart."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text).lower()
    word = re.sub(r"[^a-z0-9]+", "_", parted).strip("_")
    return re.sub(r"^[0-9_]+", "", word)[:60]


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part and "{" not in part]


def _label(path: str) -> str:
    words = word_of(_parts(path)[-1]).replace("_", " ") if _parts(path) else "records"
    return (words or "records").capitalize()


def _free(path: str, taken: dict[str, Any]) -> str:
    """A name for the stream: the path's last part, with as many before it as make it the only one."""
    parts = _parts(path)
    for count in range(1, len(parts) + 1):
        name = word_of("_".join(parts[-count:]))
        if name and name not in taken:
            return name
    base = word_of("_".join(parts))[:50] or "records"
    return next(name for number in range(2, MOST_STREAMS + 3) if (name := f"{base}_{number}") not in taken)
