"""A photo as a phone sends it."""

import io

from PIL import Image

WANTED = 120_000  # bytes


def a_photo_file() -> bytes:
    """A JPEG of 1280 × 960 and about 120 KB."""
    noise = Image.merge("RGB", [Image.effect_noise((1280, 960), 2.6)] * 3)
    for quality in range(95, 20, -5):
        out = io.BytesIO()
        noise.save(out, "JPEG", quality=quality)
        if out.tell() <= WANTED:
            break
    return out.getvalue()
