"""The ASGI application: mounts HubSpot's API, its consent page, the other imitations and the sandbox's own pages, and applies
faults."""

import asyncio
import inspect
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from integrations.sandbox import jsonio
from integrations.sandbox.admin.faults import answer_instead, missing_scopes, transform
from integrations.sandbox.http import ApiError, Headers, Reply, Request, Router
from integrations.sandbox.imitations.mount import Mounted
from integrations.sandbox.platform import Platform

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

API_PREFIX = "/hubspot"
CONSENT_PREFIX = "/hubspot-app"
ADMIN_PREFIX = "/sandbox"
URL_MOST = 16_384
BODY_MOST = 10_000_000


class SandboxApp:
    """Raw ASGI, because benchmarks share the processor with it."""

    def __init__(self, platform: Platform, api: Router, consent: Router, admin: Router, others: Mounted) -> None:
        self.platform = platform
        self.others = others
        self._api = api
        self._consent = consent
        self._admin = admin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        path: str = scope["raw_path"].decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        body = await read_body(receive)
        request = Request(scope["method"], path, query, dict(scope["headers"]), body)
        if path.startswith(f"{API_PREFIX}/"):
            request.path = current_path(path[len(API_PREFIX) :])
            await self._serve_api(request, send)
        elif path.startswith(f"{CONSENT_PREFIX}/"):
            request.path = path[len(CONSENT_PREFIX) :]
            await send_reply(send, await _answer(self._consent, request))
        elif (other := await self.others.answer(request)) is not None:
            await send_reply(send, other)
        elif path.startswith(ADMIN_PREFIX):
            request.path = path[len(ADMIN_PREFIX) :]
            await send_reply(send, await _answer(self._admin, request))
        elif path == "/":
            await send_reply(send, Reply(302, b"", [(b"location", f"{ADMIN_PREFIX}/".encode())]))
        else:
            await send_reply(send, _error(ApiError(404, "resource not found")))

    async def _serve_api(self, request: Request, send: Send) -> None:
        started = time.perf_counter()
        headers: Headers = []
        fault_names = ""
        try:
            faults = self.platform.faults.match(request)
            fault_names = ",".join(fault.kind for fault in faults)
            for fault in faults:
                if fault.kind == "slow":
                    await asyncio.sleep(fault.seconds)
            reply = next((found for fault in faults if (found := answer_instead(fault, request)) is not None), None)
            if reply is None:
                reply = await self._dispatch(request, headers)
                for fault in faults:
                    reply = transform(fault, request, reply)
        except ApiError as error:
            reply = _error(error)
        reply.headers = [*reply.headers, *headers]
        took = (time.perf_counter() - started) * 1000
        self.platform.log.add(
            self.platform.clock.now_ms(), request.method, request.path, request.query_string[:300], reply.status,
            round(took, 2), len(reply.body), fault_names,
        )  # fmt: skip
        await send_reply(send, reply)

    async def _dispatch(self, request: Request, headers: Headers) -> Reply:
        if len(request.path) + len(request.query_string) > URL_MOST:
            return Reply(414, b"<html><body><h1>414 URI Too Long</h1></body></html>", [(b"content-type", b"text/html")])
        if len(request.body) > BODY_MOST:
            raise ApiError(413, "The request body is too large")
        route, request.params = self._api.match(request.method, request.path)
        if not route.public:
            request.grant = self.platform.tokens.check(request.header("authorization"))
            if request.path.startswith("/crm/v3/objects/") and request.path.endswith("/search"):
                self.platform.limits.take_search()
            else:
                headers += self.platform.limits.take(request.grant.token, request.grant.kind == "private_app")
            if route.scopes and request.grant.scopes.isdisjoint(route.scopes):
                raise missing_scopes(route.scopes)
        answer = route.handler(request)
        reply = await answer if inspect.isawaitable(answer) else answer
        headers.append((b"x-hubspot-correlation-id", str(uuid.uuid4()).encode()))
        return reply

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                self.platform.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


_DATED = {
    ("crm", "objects"): ("crm", "v3", "objects"),
    ("crm", "associations"): ("crm", "v4", "associations"),
    ("crm", "properties"): ("crm", "v3", "properties"),
    ("crm", "pipelines"): ("crm", "v3", "pipelines"),
    ("crm", "owners"): ("crm", "v3", "owners"),
    ("crm", "lists"): ("crm", "v3", "lists"),
    ("marketing", "forms"): ("marketing", "v3", "forms"),
    ("marketing", "emails"): ("marketing", "v3", "emails"),
    ("marketing", "campaigns"): ("marketing", "v3", "campaigns"),
    ("settings", "users"): ("settings", "v3", "users"),
}


def current_path(path: str) -> str:
    """Dated paths (/crm/objects/2026-03/contacts) and renamed ones as the numbered paths that are routed."""
    if path.startswith("/crm-object-schemas/"):
        return "/crm/v3" + path[len("/crm-object-schemas/v3") :]
    parts = path.split("/")
    if len(parts) > 3 and (parts[3][:2] == "20" or parts[3] == "v3"):
        renamed = _DATED.get((parts[1], parts[2]))
        if renamed:
            return "/" + "/".join((*renamed, *parts[4:]))
    return path


async def _answer(router: Router, request: Request) -> Reply:
    try:
        route, request.params = router.match(request.method, request.path)
        answer = route.handler(request)
        return await answer if inspect.isawaitable(answer) else answer
    except ApiError as error:
        return _error(error)


def _error(error: ApiError) -> Reply:
    correlation_id = str(uuid.uuid4())
    headers = [
        (b"content-type", b"application/json;charset=utf-8"),
        (b"x-hubspot-correlation-id", correlation_id.encode()),
        *error.headers,
    ]
    return Reply(error.status, jsonio.dumps(error.body(correlation_id)), headers)


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    parts = [body]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


async def send_reply(send: Send, reply: Reply) -> None:
    """Sends a reply, whole or in its chunks."""
    headers = reply.headers
    if reply.chunks is None and reply.status != 204 and not any(name == b"content-length" for name, _ in headers):
        headers = [*headers, (b"content-length", str(len(reply.body)).encode())]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if reply.chunks is None:
        await send({"type": "http.response.body", "body": reply.body})
        return
    for number, chunk in enumerate(reply.chunks):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if number % 100 == 99:
            await asyncio.sleep(0)  # other requests get their turn in a long stream
    await send({"type": "http.response.body", "body": b""})
