"""How a portal looks: said by the agency, checked so that it can be read, served without a rebuild."""

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from PIL import Image

from accounts.access.context import AccountContext
from accounts.activity.services import record
from clients.enums import ImageKind
from clients.models import BrandImage, PortalBranding
from clients.selectors.branding import Brand
from clients.services.clients import optional_address
from listbackup.core.errors import InvalidInput
from listbackup.core.images import opened
from listbackup.core.text import one_line, paragraphs

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
LIGHT_GROUND, DARK_GROUND = "#ffffff", "#121615"
CONTRAST = 4.5  # WCAG 2.2 AA, text
MOST_LINKS = 8
SIZES = {ImageKind.LOGO: (480, 120), ImageKind.LOGO_DARK: (480, 120), ImageKind.ICON: (128, 128)}


@transaction.atomic
def update_branding(context: AccountContext, **given: Any) -> PortalBranding:
    """Changes what is given, of the context's account; an empty value takes the one of the account above again.

    Raises InvalidInput with every field's problem.
    """
    row, _ = PortalBranding.objects.select_for_update(of=("self",)).get_or_create(account=context.account)
    problems: dict[str, list[str]] = {}
    for name, value in given.items():
        try:
            setattr(row, name, CLEANERS[name](value))
        except InvalidInput as error:
            problems |= {name: list(error.fields.get(name, [error.message]))}
    if problems:
        raise InvalidInput("Some of this cannot be used.", fields=problems)
    row.save()
    record(context, "portal.branding_changed", row, changed=sorted(given))
    return row


@transaction.atomic
def set_image(context: AccountContext, kind: str, file: IO[bytes]) -> BrandImage:
    """Nothing of the file stays but its pixels, made to fit. Raises InvalidInput, TooLarge."""
    made = _fitted(file, SIZES[ImageKind(kind)])
    image, _ = BrandImage.objects.update_or_create(
        account=context.account,
        kind=kind,
        defaults={"image": made, "content_type": "image/png", "version": hashlib.sha256(made).hexdigest()[:16]},
    )
    record(context, "portal.branding_changed", image, changed=[str(kind)])
    return image  # type: ignore[no-any-return]


@transaction.atomic
def remove_image(context: AccountContext, kind: str) -> None:
    """The one of the account above shows again."""
    found = BrandImage.objects.filter(account=context.account, kind=kind).first()
    if found is not None:
        record(context, "portal.branding_changed", found, changed=[str(kind)])
        found.delete()


def style_sheet(brand: Brand) -> str:
    """The theme's accent in the agency's colours; empty without any. Values are `#rrggbb` and nothing else."""
    rules = []
    for scheme, other, colour in (("light", "dark", brand.colour), ("dark", "light", brand.colour_dark)):
        if COLOUR.fullmatch(colour):
            tint = f"--lb-protected-tint:color-mix(in srgb,{colour} 12%,var(--color-base-100))"
            tokens = f"{{--color-primary:{colour};--color-primary-content:{readable_on(colour)};{tint}}}"
            rules.append(f"@media (prefers-color-scheme:{scheme}){{:root:not([data-theme={other}]){tokens}}}")
            rules.append(f":root[data-theme={scheme}]{tokens}")
    return "".join(rules)


def readable_on(colour: str) -> str:
    """Black or white, whichever reads better on it."""
    return max(("#ffffff", "#0b0f0e"), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two `#rrggbb` colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _colour(name: str, ground: str) -> Any:
    def clean(value: str) -> str:
        text = value.strip().lower()
        if text and not COLOUR.fullmatch(text):
            raise InvalidInput("No colour.", fields={name: ["Write it as #0d6154."]})
        if text and contrast(text, ground) < CONTRAST:
            told = f"It cannot be read well on {'white' if ground == LIGHT_GROUND else 'black'}: the contrast is "
            told += f"{contrast(text, ground):.1f}, it needs {CONTRAST}. Choose a {'darker' if ground == LIGHT_GROUND else 'lighter'} one."
            raise InvalidInput("No contrast.", fields={name: [told]})
        return text

    return clean


def _address(value: str) -> str:
    text = paragraphs(value, 300)
    if text:
        try:
            URLValidator(schemes=["https", "http"])(text)
        except ValidationError:
            raise InvalidInput("This is no address of a page.", fields={}) from None
    return text


def _links(value: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    if len(value) > MOST_LINKS:
        raise InvalidInput(f"At most {MOST_LINKS} links.", fields={})
    found = []
    for link in value:
        label, url = one_line(str(link.get("label", "")), 60), _address(str(link.get("url", "")))
        if not label or not url:
            raise InvalidInput("Each link has a label and an address.", fields={})
        found.append({"label": label, "url": url})
    return found


CLEANERS: dict[str, Any] = {
    "name": lambda value: one_line(value, 80),
    "colour": _colour("colour", LIGHT_GROUND),
    "colour_dark": _colour("colour_dark", DARK_GROUND),
    "sign_in_text": lambda value: one_line(value, 400),
    "support_email": lambda value: optional_address(value, "support_email"),
    "support_url": _address,
    "legal_text": lambda value: paragraphs(value, 20_000),
    "footer_links": _links,
    "mail_sender": lambda value: one_line(value, 80),
    "show_our_name": lambda value: value,
}


def _fitted(file: IO[bytes], box: tuple[int, int]) -> bytes:
    image = opened(file)
    image.thumbnail(box, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
