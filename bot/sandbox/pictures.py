"""Photos drawn for tests and demos: the same seed gives the same bytes."""

import io
import random
from datetime import datetime
from functools import lru_cache

from PIL import Image, ImageDraw

GPS_TAG, TAKEN_TAG, MAKE_TAG, ORIENTATION_TAG = 0x8825, 0x9003, 0x010F, 0x0112
SKY, EARTH, CONCRETE = (150, 185, 215), (140, 110, 80), (165, 165, 160)


@lru_cache(maxsize=128)
def site_photo(
    seed: int = 1,
    width: int = 960,
    height: int = 720,
    label: str = "",
    *,
    place: tuple[float, float] | None = None,
    taken: datetime | None = None,
    orientation: int = 1,
    ending: str = "JPEG",
) -> bytes:
    """A building site; pixels; `place` (latitude, longitude) and `taken` go into EXIF; `label` in ASCII."""
    picture = _scene(random.Random(seed), width, height)  # noqa: S311 - a picture, not a secret
    if label:
        ImageDraw.Draw(picture).text((12, 12), label, fill=(20, 20, 20))
    out = io.BytesIO()
    if ending == "JPEG":
        picture.save(out, ending, quality=85, exif=_exif(place, taken, orientation))
    else:
        picture.save(out, ending)
    return out.getvalue()


def _scene(die: random.Random, width: int, height: int) -> Image.Image:
    picture = Image.new("RGB", (width, height), SKY)
    draw = ImageDraw.Draw(picture)
    horizon = int(height * die.uniform(0.5, 0.7))
    draw.rectangle((0, horizon, width, height), fill=EARTH)
    for _ in range(die.randint(3, 7)):
        _house(draw, die, width, horizon)
    for _ in range(40):
        x, y = die.randrange(width), die.randrange(horizon, height)
        shade = die.randrange(60, 140)
        draw.ellipse((x, y, x + width // 40, y + height // 60), fill=(shade, shade - 20, shade - 40))
    return picture


def _house(draw: ImageDraw.ImageDraw, die: random.Random, width: int, horizon: int) -> None:
    left, wide = die.randrange(width), max(8, width // die.randint(6, 12))
    top = int(horizon * die.uniform(0.2, 0.8))
    tint = die.randint(-25, 25)
    wall = (CONCRETE[0] + tint, CONCRETE[1] + tint, CONCRETE[2] + tint)
    draw.rectangle((left, top, left + wide, horizon), fill=wall, outline=(90, 90, 90))
    for y in range(top + 8, horizon - 8, 24):
        draw.line((left, y, left + wide, y), fill=(110, 110, 110))


def _exif(place: tuple[float, float] | None, taken: datetime | None, orientation: int) -> Image.Exif:
    exif = Image.Exif()
    if place or taken:
        exif[MAKE_TAG] = "Sandbox"
    if orientation != 1:
        exif[ORIENTATION_TAG] = orientation
    if taken:
        exif[TAKEN_TAG] = taken.strftime("%Y:%m:%d %H:%M:%S")
    if place:
        exif.get_ifd(GPS_TAG).update(_gps(*place))
    return exif


def _gps(latitude: float, longitude: float) -> dict[int, object]:
    """EXIF's GPS block: reference letters, then degrees, minutes, seconds."""
    return {
        1: "N" if latitude >= 0 else "S",
        2: _sexagesimal(abs(latitude)),
        3: "E" if longitude >= 0 else "W",
        4: _sexagesimal(abs(longitude)),
    }


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 3)
