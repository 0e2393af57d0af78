"""The smallest HTTP layer that the sandbox needs on ASGI: request, reply, errors and a router."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from integrations.sandbox import jsonio

Headers = list[tuple[bytes, bytes]]
JSON_TYPE = (b"content-type", b"application/json;charset=utf-8")
HTML_TYPE = (b"content-type", b"text/html;charset=utf-8")


class Request:
    """One request: `path` is decoded and without the mount prefix, `params` come from the route."""

    __slots__ = ("_query", "body", "grant", "headers", "method", "params", "path", "query_string")

    def __init__(self, method: str, path: str, query_string: str, headers: dict[bytes, bytes], body: bytes) -> None:
        self.method = method
        self.path = path
        self.query_string = query_string
        self.headers = headers
        self.body = body
        self.params: dict[str, str] = {}
        self.grant: Any = None
        self._query: dict[str, list[str]] | None = None

    @property
    def query(self) -> dict[str, list[str]]:
        if self._query is None:
            self._query = parse_qs(self.query_string, keep_blank_values=True) if self.query_string else {}
        return self._query

    def get(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        values = self.query.get(name)
        return values[-1] if values else default

    def get_list(self, name: str) -> list[str]:
        """All values of a parameter that may be repeated or comma-separated."""
        return [part for value in self.query.get(name, ()) for part in value.split(",") if part]

    def flag(self, name: str) -> bool:
        return self.get(name).lower() == "true"

    def json(self) -> dict[str, Any]:
        """The body as an object. Raises ApiError 400 for anything else."""
        try:
            value = jsonio.loads(self.body) if self.body else {}
        except ValueError:
            raise ApiError(400, "Invalid input JSON: the body could not be parsed", "VALIDATION_ERROR") from None
        if not isinstance(value, dict):
            raise ApiError(400, "Invalid input JSON: an object is expected", "VALIDATION_ERROR")
        return value

    def form(self) -> dict[str, str]:
        """A form body, last value of each field."""
        text = self.body.decode("utf-8", "replace")
        return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}

    def header(self, name: str) -> str:
        return self.headers.get(name.lower().encode(), b"").decode("latin-1")


@dataclass(slots=True)
class Reply:
    """Status, body bytes and headers. `chunks` streams a long body instead."""

    status: int = 200
    body: bytes = b""
    headers: Headers = field(default_factory=lambda: [JSON_TYPE])
    chunks: Iterable[bytes] | None = None


Handler = Callable[[Request], Reply | Awaitable[Reply]]


class ApiError(Exception):
    """An error answer in HubSpot's shape."""

    def __init__(
        self,
        status: int,
        message: str,
        category: str | None = None,
        *,
        extra: dict[str, Any] | None = None,
        headers: Headers | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.category = category
        self.extra = extra or {}
        self.headers = headers or []

    def body(self, correlation_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = {"status": "error", "message": self.message, "correlationId": correlation_id}
        answer.update(self.extra)
        if self.category:
            answer["category"] = self.category
        return answer


def whole(value: Any, name: str) -> int:
    """A whole number from a body. Raises ApiError 400."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ApiError(400, f"Invalid input JSON: {name} must be a whole number", "VALIDATION_ERROR") from None


def json_reply(value: Any, status: int = 200) -> Reply:
    return Reply(status, jsonio.dumps(value))


def html_reply(text: str, status: int = 200) -> Reply:
    policy = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'")
    return Reply(status, text.encode(), [HTML_TYPE, policy])


def no_content() -> Reply:
    return Reply(204, b"", [])


@dataclass(slots=True)
class Route:
    handler: Handler
    scopes: tuple[str, ...]  # any one of them is enough; empty: none needed
    public: bool  # no bearer token
    names: tuple[str, ...] = ()  # of its parameters, in the order of the path


class _Node:
    __slots__ = ("named", "parameter", "routes")

    def __init__(self) -> None:
        self.named: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.routes: dict[str, Route] = {}


class Router:
    """Routes by path segments; a literal segment wins over `{parameter}`."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, methods: str, pattern: str, handler: Handler, *scopes: str, public: bool = False) -> None:
        """`methods` is space separated: `router.add("GET PATCH", "/crm/v3/objects/{type}/{id}", handler)`."""
        node, names = self._root, []
        for segment in pattern.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.named.setdefault(segment, _Node())
        for method in methods.split():
            node.routes[method] = Route(handler, scopes, public, tuple(names))

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route of a path. Raises ApiError 404, or 405 when only the method is wrong."""
        segments = path.strip("/").split("/")
        found = self._walk(self._root, segments, 0, method)
        if found is None:
            if self._walk(self._root, segments, 0, None) is not None:
                raise ApiError(405, f"Method {method} is not allowed for this path")
            raise ApiError(404, "resource not found")
        route, values = found
        return route, dict(zip(route.names, reversed(values), strict=True))

    def _walk(self, node: _Node, segments: list[str], at: int, method: str | None) -> tuple[Route, list[str]] | None:
        """The route, and the values of its parameters from the last to the first."""
        if at == len(segments):
            route = node.routes.get(method) if method else next(iter(node.routes.values()), None)
            return (route, []) if route else None
        child = node.named.get(segments[at])
        if child is not None:
            found = self._walk(child, segments, at + 1, method)
            if found is not None:
                return found
        if node.parameter is not None:
            found = self._walk(node.parameter, segments, at + 1, method)
            if found is not None:
                found[1].append(unquote(segments[at]))
                return found
        return None
