"""Files Telegram holds: bytes, names, ids; pictures in several sizes, without EXIF, as its servers keep them."""

import hashlib
import io
from dataclasses import dataclass, field
from functools import lru_cache

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.sandbox.errors import Json, bad_request

# longest side in pixels of the renditions s, m, x, y (core.telegram.org/api/files#image-thumbnail-types)
SIDES = (100, 320, 800, 1280)
DOWNLOAD_LIMIT = 20 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
FOLDERS = {
    "photo": "photos",
    "video": "videos",
    "voice": "voice",
    "video_note": "video_notes",
    "audio": "music",
    "animation": "animations",
    "sticker": "stickers",
    "document": "documents",
}
ENDINGS = {
    "photo": "jpg",
    "video": "mp4",
    "voice": "oga",
    "video_note": "mp4",
    "audio": "mp3",
    "animation": "mp4",
    "sticker": "webp",
    "document": "bin",
}


@dataclass(frozen=True)
class Stored:
    """One file; `size` (bytes) may be declared bigger than `data`, to play a huge one; `info` is its API object."""

    file_id: str
    unique_id: str
    kind: str
    data: bytes
    size: int
    path: str
    info: Json

    def head(self) -> Json:
        """The fields every file object begins with."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}


@dataclass
class Files:
    """By file_id; `shared` holds the paths getFile has given out."""

    stored: dict[str, Stored] = field(default_factory=dict)
    albums: dict[str, list[Json]] = field(default_factory=dict)
    shared: dict[str, Stored] = field(default_factory=dict)

    def add(self, kind: str, data: bytes, name: str = "", size: int | None = None, **info: object) -> Json:
        """Keep a file; gives its API object (`file_id`, `file_size`, …, and `info`)."""
        number = len(self.stored) + 1
        digest = hashlib.sha256(f"{kind}/{number}".encode()).hexdigest()
        ending = name.rpartition(".")[2] if "." in name else ENDINGS[kind]
        path = f"{FOLDERS[kind]}/file_{number}.{ending}"
        ids = (f"BQ{kind[:2].upper()}{digest[:40]}", f"AQ{digest[40:54]}")
        stored = Stored(*ids, kind, data, len(data) if size is None else size, path, dict(info))
        self.stored[stored.file_id] = stored
        return stored.head() | stored.info

    def add_photo(self, data: bytes) -> list[Json]:
        """Renditions of a picture, smallest first; ApiError 400 if it is none or has forbidden dimensions."""
        sizes = [self.add("photo", jpeg, width=w, height=h) for jpeg, w, h in renditions(data)]
        for size in sizes:
            self.albums[size["file_id"]] = sizes
        return sizes

    def get(self, file_id: str) -> Stored | None:
        """The file, if the id is known."""
        return self.stored.get(file_id)

    def share(self, stored: Stored) -> Json:
        """getFile: an API File with a path to download from; ApiError 400 above 20 MB."""
        if stored.size > DOWNLOAD_LIMIT:
            raise bad_request("file is too big")
        self.shared[stored.path] = stored
        return stored.head() | {"file_path": stored.path}


@lru_cache(maxsize=64)
def renditions(data: bytes) -> tuple[tuple[bytes, int, int], ...]:
    """JPEGs of the sizes a picture is kept in (bytes, width, height), smallest first, never bigger than it is."""
    picture = opened(data)
    longest = max(picture.size)
    sides = [side for side in SIDES if side < longest] + [min(longest, SIDES[-1])]
    return tuple(_scaled(picture, side) for side in sorted(set(sides)))


def opened(data: bytes) -> Image.Image:
    """The picture upright in RGB; ApiError 400 for what Telegram would not take as a photo."""
    if len(data) > PHOTO_LIMIT:
        raise bad_request("file is too big for a photo: at most 10 MB")
    try:
        picture = Image.open(io.BytesIO(data))
        width, height = picture.size
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        return ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise bad_request("IMAGE_PROCESS_FAILED") from error


def _scaled(picture: Image.Image, side: int) -> tuple[bytes, int, int]:
    copy = picture.copy()
    copy.thumbnail((side, side))
    bare = Image.frombytes("RGB", copy.size, copy.tobytes())
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=82)
    return out.getvalue(), *bare.size
