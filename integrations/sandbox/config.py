"""Settings of one sandbox process."""

from dataclasses import dataclass, field
from pathlib import Path

from listbackup.core.errors import InvalidInput

HUB_ID = 147893286
UI_DOMAIN = "app.hubspot.com"

DEFAULT_CLIENT_ID = "sandbox-client-id"
DEFAULT_CLIENT_SECRET = "sandbox-client-secret"  # noqa: S105  the imitation's own, worth nothing elsewhere
DEFAULT_STATIC_TOKEN = "pat-na1-sandbox-00000000-0000-4000-8000-000000000001"  # noqa: S105  as above


@dataclass(frozen=True)
class SandboxConfig:
    """What a sandbox serves and how strict it is.

    `scale` is the number of live CRM records; archived ones come on top. `types` limits the CRM object types that
    are seeded (empty: all), for benchmarks of one type. `limits` false lifts the rate limits, not the page limits.
    """

    data_dir: Path
    seed: int = 1
    scale: int = 1000
    limits: bool = True
    types: tuple[str, ...] = ()
    client_id: str = DEFAULT_CLIENT_ID
    client_secret: str = DEFAULT_CLIENT_SECRET
    static_token: str = DEFAULT_STATIC_TOKEN
    app_name: str = "ListBackup"
    # The tier of the imitated account lacks these: they can be asked for as optional scopes only.
    unavailable_scopes: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if self.scale < 1:
            raise InvalidInput(
                f"The sandbox cannot hold {self.scale} records.",
                code="sandbox.scale",
                remedy="Give --scale a number from 1 to 10000000.",
            )

    @property
    def database_path(self) -> Path:
        """One file for each seed, scale and choice of types, so that an existing one can be used again."""
        suffix = "-" + "-".join(self.types) if self.types else ""
        return self.data_dir / f"hubspot-seed{self.seed}-scale{self.scale}{suffix}.sqlite3"
