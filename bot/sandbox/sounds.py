"""A voice note made for demos: a few syllables' worth of hum, the same bytes every time."""

import io
import math
import struct
import wave
from functools import lru_cache

RATE = 8000  # samples a second
SYLLABLES = ((180, 0.22), (210, 0.18), (150, 0.3), (0, 0.12), (190, 0.2), (230, 0.25), (140, 0.35))  # Hz, seconds
SECONDS = round(sum(seconds for _, seconds in SYLLABLES))


@lru_cache(maxsize=1)
def voice_note() -> bytes:
    """A WAV of about SECONDS."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        for pitch, seconds in SYLLABLES:
            sound.writeframes(_syllable(pitch, int(RATE * seconds)))
    return out.getvalue()


def _syllable(pitch: float, length: int) -> bytes:
    return b"".join(struct.pack("<h", int(_loudness(n, length) * _tone(pitch, n))) for n in range(length))


def _loudness(sample: int, length: int) -> float:
    """Swells and fades."""
    return 7000 * math.sin(math.pi * sample / length)


def _tone(pitch: float, sample: int) -> float:
    return sum(math.sin(2 * math.pi * pitch * k * sample / RATE) / k for k in (1, 2, 3))
