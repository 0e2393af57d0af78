"""Build and run a sandbox."""

from pathlib import Path

from integrations.sandbox.admin.api import AdminApi
from integrations.sandbox.admin.page import AdminPage
from integrations.sandbox.app import API_PREFIX, CONSENT_PREFIX, SandboxApp
from integrations.sandbox.config import SandboxConfig
from integrations.sandbox.http import Router
from integrations.sandbox.hubspot.associations import Associations
from integrations.sandbox.hubspot.automation import Automation
from integrations.sandbox.hubspot.cms import Cms
from integrations.sandbox.hubspot.conversations import Conversations
from integrations.sandbox.hubspot.files import Files
from integrations.sandbox.hubspot.legacy import Legacy
from integrations.sandbox.hubspot.lists import Lists
from integrations.sandbox.hubspot.marketing import Marketing
from integrations.sandbox.hubspot.oauth import OAuth
from integrations.sandbox.hubspot.object_reads import ObjectReads
from integrations.sandbox.hubspot.object_writes import ObjectWrites
from integrations.sandbox.hubspot.schema import Schema
from integrations.sandbox.hubspot.search import Search
from integrations.sandbox.hubspot.settings import Settings
from integrations.sandbox.imitations.frame import Settings as ImitationSettings
from integrations.sandbox.imitations.mount import Mounted
from integrations.sandbox.platform import Platform

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 9100


def build_app(config: SandboxConfig) -> SandboxApp:
    """The ASGI application over `config`'s data, which is generated first when it does not exist."""
    platform = Platform(config)
    api, consent, admin = Router(), Router(), Router()
    oauth = OAuth(platform)
    oauth.register(api)
    oauth.register_consent(consent)
    for part in (
        ObjectReads(platform), ObjectWrites(platform), Search(platform), Associations(platform), Schema(platform),
        Lists(platform), Marketing(platform), Automation(platform), Files(platform), Conversations(platform),
        Settings(platform), Cms(platform), Legacy(platform),
    ):  # fmt: skip
        part.register(api)
    AdminApi(platform).register(admin)
    AdminPage(platform).register(admin)
    others = ImitationSettings(
        data_dir=config.data_dir,
        seed=config.seed,
        limits=config.limits,
        client_id=config.client_id,
        client_secret=config.client_secret,
    )
    return SandboxApp(platform, api, consent, admin, Mounted(others))


def serve(config: SandboxConfig, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> None:
    """Serve until interrupted. Port 0 takes a free one; the first line of output names the address."""
    import socket

    import uvicorn

    app = build_app(config)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio switches Nagle's delay (40 ms a page) off only for sockets that name it.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    address = f"http://{host}:{listener.getsockname()[1]}"
    print(f"Sandbox: {address}/sandbox/  API {address}{API_PREFIX}  consent {address}{CONSENT_PREFIX}", flush=True)
    settings = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="on", server_header=False, date_header=True, ws="none",
        timeout_keep_alive=75, timeout_graceful_shutdown=2,
    )  # fmt: skip
    uvicorn.Server(settings).run(sockets=[listener])


def default_data_dir() -> Path:
    """Where data lies when nothing is said: var/sandbox of the working directory."""
    return Path("var") / "sandbox"
