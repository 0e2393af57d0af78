"""Pictures that people send: read with limits, kept as pixels alone."""

import io
import warnings
from typing import IO

from PIL import Image, ImageOps

from listbackup.core.errors import InvalidInput, TooLarge

MOST_BYTES = 5_000_000
MOST_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def opened(file: IO[bytes]) -> Image.Image:
    """The picture, upright, in RGBA. Raises TooLarge, InvalidInput (both by the field `file`)."""
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise TooLarge("The picture is larger than 5 MB.", fields={"file": ["Choose one of at most 5 MB."]})
    wrong = InvalidInput(
        "This is no picture that can be read.", fields={"file": ["Choose a PNG, JPEG, WebP or GIF of usual size."]}
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow warns of bombs before it refuses them
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS or min(picture.size) < 1:
                    raise wrong
                return ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        raise wrong from error
