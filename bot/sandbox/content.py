"""What a message holds, from what the bot sent: text, captions, pictures, files, places."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.calls import BotCall
from bot.sandbox.checks import check_caption
from bot.sandbox.entities import formatted
from bot.sandbox.errors import Json, bad_request
from bot.sandbox.params import Upload

# kind → facts a bare upload is described with (seconds, pixels)
DEFAULTS: dict[str, Json] = {
    "video": {"width": 640, "height": 360, "duration": 1, "mime_type": "video/mp4"},
    "animation": {"width": 320, "height": 240, "duration": 1, "mime_type": "video/mp4"},
    "voice": {"duration": 1, "mime_type": "audio/ogg"},
    "video_note": {"length": 240, "duration": 1},
    "audio": {"duration": 1, "mime_type": "audio/mpeg"},
    "sticker": {"width": 512, "height": 512, "type": "regular", "is_animated": False, "is_video": False},
    "document": {},
}
# parameters of the sending methods that describe the file
DESCRIBING = ("duration", "width", "height", "length", "performer", "title")
WRONG_FILE = "wrong file identifier/HTTP URL specified"


@dataclass(frozen=True)
class Source:
    """A file to send, and where its facts stand: the call's own parameters or one item of an album."""

    call: BotCall
    kind: str
    facts: Json
    reference: Any

    def content(self) -> Json:
        """The message's field(s) for this file, caption included."""
        return self._file() | self._flags() | caption(self.facts)

    def _flags(self) -> Json:
        flags = {"has_spoiler": "has_media_spoiler", "show_caption_above_media": "show_caption_above_media"}
        return {field: True for name, field in flags.items() if self.facts.get(name)}

    def _file(self) -> Json:
        upload = self._upload()
        if self.kind == "photo":
            files = self.call.world.files
            return {"photo": files.add_photo(upload.data) if upload else self._known_photo()}
        info = self._add(upload) if upload else self._known()
        extra = {"document": info} if self.kind == "animation" else {}
        return {self.kind: info} | extra

    def _upload(self) -> Upload | None:
        """The upload meant by `attach://name`; None if the reference is a file_id."""
        reference = str(self.reference)
        if reference.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        if not reference.startswith("attach://"):
            return None
        upload = self.call.uploads.get(reference.removeprefix("attach://"))
        if upload is None:
            raise bad_request(f'file "{reference}" not found in the request')
        if not upload.data:
            raise bad_request("file must be non-empty")
        return upload

    def _add(self, upload: Upload) -> Json:
        info = dict(DEFAULTS[self.kind])
        if self.kind in {"document", "video", "animation", "audio"}:
            info |= {"file_name": upload.name, "mime_type": upload.mime}
        info |= {name: self.facts[name] for name in DESCRIBING if name in self.facts}
        return self.call.world.files.add(self.kind, upload.data, upload.name, **info)

    def _known(self) -> Json:
        stored = self.call.world.files.get(str(self.reference))
        if stored is None:
            raise bad_request(WRONG_FILE)
        if stored.kind != self.kind:
            names = (stored.kind.title().replace("_", ""), self.kind.title().replace("_", ""))
            raise bad_request("can't use file of type {} as {}".format(*names))
        return stored.head() | stored.info

    def _known_photo(self) -> list[Json]:
        self._known()
        return self.call.world.files.albums[str(self.reference)]


def caption(facts: Json) -> Json:
    """`caption` and `caption_entities`, parsed and checked."""
    entities = facts.get("caption_entities")
    text, entities = formatted(facts.get("caption") or "", facts.get("parse_mode"), entities)
    check_caption(text)
    return {"caption": text, **({"caption_entities": entities} if entities else {})} if text else {}


def location(facts: Json) -> Json:
    """An API Location; ApiError 400 off the globe."""
    latitude, longitude = float(facts["latitude"]), float(facts["longitude"])
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise bad_request("wrong latitude or longitude specified")
    place: Json = {"latitude": latitude, "longitude": longitude}
    return place | {k: facts[k] for k in ("horizontal_accuracy", "live_period") if k in facts}
