"""Readers over small manifests and small servers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from integrations.connector.auth import StaticCredentials
from integrations.connector.limits import LocalLimiter
from integrations.connector.manifest import load_manifest
from integrations.connector.reader import Reader
from listbackup.core.http.client import HttpSettings
from listbackup.testing.web_server import Handler, WebServer, serving

HEAD = """\
manifest: 1
key: demo
name: Demo
base_url: {url}
auth: [{{kind: bearer, secret: token}}]
"""
Open = Callable[..., tuple[Reader, WebServer]]


@pytest.fixture
def open_reader() -> Iterator[Open]:
    """`open_reader(handler, yaml_after_the_head, **options)` gives a reader and its server."""
    with ExitStack() as stack:

        def opened(handler: Handler, text: str, *, head: str = HEAD, **options: Any) -> tuple[Reader, WebServer]:
            server = stack.enter_context(serving(handler))
            settings: dict[str, Any] = {
                "credentials": StaticCredentials({"token": "secret"}),
                "config": {},
                "http": HttpSettings(allowed_private_hosts=frozenset({"127.0.0.1"})),
                "limiter": LocalLimiter(sleep=lambda seconds: None),
                "limit_scope": "test",
                "sleep": lambda seconds: None,
            }
            manifest = load_manifest(head.format(url=server.url) + text)
            reader = stack.enter_context(Reader(manifest, **{**settings, **options}))
            return reader, server

        yield opened
