"""How a portal looks: each part from the nearest account that says it."""

from dataclasses import dataclass, field
from typing import Any

from accounts.models import Account
from clients.models import BrandImage, PortalBranding

PARTS = (
    "name", "colour", "colour_dark", "sign_in_text", "support_email", "support_url", "legal_text", "mail_sender",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Brand:
    """`images`: version by kind, empty where there is none; `colour` "" means ours."""

    name: str
    colour: str = ""
    colour_dark: str = ""
    sign_in_text: str = ""
    support_email: str = ""
    support_url: str = ""
    legal_text: str = ""
    mail_sender: str = ""
    footer_links: tuple[dict[str, str], ...] = ()
    show_our_name: bool = True
    images: dict[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Changes with the colours: the style sheet may be kept as long as it stays."""
        return f"{self.colour}{self.colour_dark}".replace("#", "") or "0"


def brand_of(account: Account) -> Brand:
    """Two queries, whatever the depth of the tree. Without a word of anyone the account's own name stands there."""
    order = {pk: depth for depth, pk in enumerate(account.ancestor_ids)}
    rows = sorted(PortalBranding.objects.filter(account__in=order), key=lambda row: -order[row.account_id])
    images = sorted(
        BrandImage.objects.filter(account__in=order).values_list("account_id", "kind", "version"),
        key=lambda row: order[row[0]],
    )
    values: dict[str, Any] = {part: _first(rows, part) or "" for part in PARTS}
    shows = [row.show_our_name for row in rows if row.show_our_name is not None]
    return Brand(
        **(values | {"name": values["name"] or account.name}),
        footer_links=tuple(_first(rows, "footer_links") or ()),
        show_our_name=shows[0] if shows else True,
        images={kind: version for _, kind, version in images},
    )


def _first(rows: list[PortalBranding], part: str) -> Any:
    return next((getattr(row, part) for row in rows if getattr(row, part)), None)


def own_branding(account: Account) -> PortalBranding:
    """What the account itself says; an unsaved empty row when it says nothing."""
    return PortalBranding.objects.filter(account=account).first() or PortalBranding(account=account)


def image_of(account: Account, kind: str) -> BrandImage | None:
    """The nearest one up the tree."""
    order = {pk: depth for depth, pk in enumerate(account.ancestor_ids)}
    found = BrandImage.objects.filter(account__in=order, kind=kind).values_list("account_id", "pk")
    nearest = max(found, key=lambda row: order[row[0]], default=None)
    return BrandImage.objects.get(pk=nearest[1]) if nearest else None
