"""Pictures of people: taken in any usual format, kept as one of ours."""

import hashlib
import io
import warnings
from typing import IO, Any

from django.db import transaction
from PIL import Image, ImageOps

from accounts.errors import PictureMissing
from accounts.models import Picture, User
from accounts.services.person_activity import note
from listbackup.core.errors import InvalidInput, TooLarge

MOST_BYTES = 5_000_000
MOST_PIXELS = 40_000_000
SIDE = 256  # of the square that is kept
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
TYPE = "image/webp"


@transaction.atomic
def set_picture(user: User, file: IO[bytes]) -> User:
    """Nothing of the file stays but its pixels. Raises TooLarge, InvalidInput."""
    image = _square(file)
    Picture.objects.update_or_create(user=user, defaults={"image": image})
    return _note(user, hashlib.sha256(image).hexdigest()[:16])


@transaction.atomic
def remove_picture(user: User) -> User:
    """Without a picture nothing happens."""
    Picture.objects.filter(user=user).delete()
    return _note(user, "") if user.avatar else user


def picture_of(user_id: Any) -> bytes:
    """WebP. Raises PictureMissing."""
    found = Picture.objects.filter(user=user_id).first()
    if found is None:
        raise PictureMissing("There is no picture of this person.")
    return bytes(found.image)


def _note(user: User, avatar: str) -> User:
    user.avatar = avatar
    user.save(update_fields=["avatar"])
    note(user, "person.profile_changed", changed="picture")
    return user


def _square(file: IO[bytes]) -> bytes:
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise TooLarge("The picture is larger than 5 MB.", fields={"file": ["Choose one of at most 5 MB."]})
    wrong = InvalidInput(
        "This is no picture that can be read.", fields={"file": ["Choose a PNG, JPEG, WebP or GIF of usual size."]}
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow warns of bombs before it refuses them
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS or min(opened.size) < 1:
                    raise wrong
                turned = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        raise wrong from error
    out = io.BytesIO()
    ImageOps.fit(turned, (SIDE, SIDE), Image.Resampling.LANCZOS).save(
        out, "WEBP", quality=85, exif=b"", icc_profile=b""
    )
    return out.getvalue()
