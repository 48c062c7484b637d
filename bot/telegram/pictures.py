"""Pictures people send are hostile until looked at: their type and size checked by Pillow, a clean copy made for others."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
QUALITY = 90
_BROKEN = (
    OSError,  # truncated
    SyntaxError,  # what Pillow raises for a malformed PNG
    ValueError,
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class NotAPicture(Exception):  # noqa: N818 - the sentence is the name
    """Not one of the formats, broken, or more pixels than the policy allows."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What was found: the real type (`image/png`), and the picture without EXIF, upright, as JPEG bytes."""

    mime: str
    clean: bytes


def examine(content: bytes, max_pixels: int) -> Picture:
    """Check and copy. Takes time and memory: call it in a thread. Raises NotAPicture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                width, height = image.size  # of the header: nothing is unpacked yet
                if width * height > max_pixels:
                    raise NotAPicture(f"{width} × {height} pixels, over the limit of {max_pixels}")
                return Picture(Image.MIME[image.format or ""], _clean(image))
    except _BROKEN as error:
        raise NotAPicture(f"{type(error).__name__}: {error}") from error


def _clean(image: Image.Image) -> bytes:
    """Only the pixels: turned as EXIF says, on white where transparent; places, names and serial numbers stay behind."""
    upright = ImageOps.exif_transpose(image)
    with_alpha = upright.convert("RGBA")
    flat = Image.new("RGB", with_alpha.size, "white")
    flat.paste(with_alpha, mask=with_alpha.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
