"""Pictures of people: taken in any usual format, kept as one of ours."""

import hashlib
import io
from typing import IO, Any

from django.db import transaction
from PIL import Image, ImageOps

from accounts.errors import PictureMissing
from accounts.models import Picture, User
from accounts.services.person_activity import note
from listbackup.core.images import opened

SIDE = 256  # of the square that is kept
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
    out = io.BytesIO()
    ImageOps.fit(opened(file), (SIDE, SIDE), Image.Resampling.LANCZOS).save(
        out, "WEBP", quality=85, exif=b"", icc_profile=b""
    )
    return out.getvalue()
