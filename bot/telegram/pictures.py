"""Pictures people send are hostile until looked at: their type and size checked by Pillow, a clean copy made for others."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
QUALITY = 90
_BARE = {"APP0", "APP14"}  # segments of a JPEG that tell how to read its pixels, and nothing else
_END = b"\xff\xd9"
_TAIL = 4096  # some writers leave a few bytes behind the end
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
    """What was found: the real type (`image/png`), and the picture without EXIF, upright, as JPEG bytes: those that came
    where these are so already."""

    mime: str
    clean: bytes


def examine(content: bytes, max_pixels: int, *, redrawn: bool = False) -> Picture:
    """Check and copy. Takes time and memory: call it in a thread. Raises NotAPicture.

    `redrawn`: Telegram has drawn it anew, as it does with photos. If it bears no marks indeed, it needs no copy.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                width, height = image.size  # of the header: nothing is unpacked yet
                if width * height > max_pixels:
                    raise NotAPicture(f"{width} × {height} pixels, over the limit of {max_pixels}")
                bare = redrawn and _is_bare(image, content)
                return Picture(Image.MIME[image.format or ""], content if bare else _clean(image))
    except _BROKEN as error:
        raise NotAPicture(f"{type(error).__name__}: {error}") from error


def _is_bare(image: Image.Image, content: bytes) -> bool:
    """A whole JPEG without marks. It need not be unpacked to know that: what is cut short lacks its end, which its pixels
    can't spell."""
    whole = image.format == "JPEG" and _END in content[-_TAIL:]
    return whole and {name for name, _ in getattr(image, "applist", ())} <= _BARE


def _clean(image: Image.Image) -> bytes:
    """Only the pixels: turned as EXIF says, on white where transparent; places, names and serial numbers stay behind."""
    flat = _on_white(ImageOps.exif_transpose(image))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _on_white(upright: Image.Image) -> Image.Image:
    if not upright.has_transparency_data:
        plain = upright.convert("RGB")
        plain.info.clear()  # what Pillow would write along: a comment, a colour profile
        return plain
    with_alpha = upright.convert("RGBA")
    flat = Image.new("RGB", with_alpha.size, "white")
    flat.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return flat
