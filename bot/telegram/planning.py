"""From a rendered message to the calls that say it: long texts and mixed albums become several, each sent for itself."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from bot.domain.draft import Media, MediaKind, MediaState
from bot.domain.ids import MediaId
from bot.services.turn import Turn
from bot.telegram.calls import AnswerPress, Attachment, Content, SendFiles, SendRich, SendText
from bot.telegram.rendered import Album, File, Keys, Rendered, Rich, Text, Toast

RICH_LIMIT = 32_768
ALBUM_LIMIT = 10
PART = "part"
"""The kind of a message whose words are chosen already: a piece of one that took several calls."""

_TOGETHER = {
    MediaKind.PHOTO: "visual",
    MediaKind.VIDEO: "visual",
    MediaKind.DOCUMENT: "files",
    MediaKind.AUDIO: "audio",
}


async def plan(turn: Turn, rendered: Rendered) -> list[Content]:
    """The calls, in order. Empty if there is nothing to say or to show."""
    match rendered:
        case Text():
            return list(_texts(rendered))
        case Rich(html, keyboard, classic):
            texts = _texts(classic)
            return [SendRich(html, keyboard, texts)] if len(html) <= RICH_LIMIT else list(texts)
        case Toast(query, text, alert):
            return [AnswerPress(query, text, alert)]
        case File(sha256, name, caption, keyboard):
            attachment = Attachment(MediaKind.DOCUMENT, sha256=sha256, name=name)
            return [SendFiles((attachment,), caption, keyboard)]
        case Album(media, caption, keyboard):
            return _album(await turn.uow.evidence.many(media), caption, keyboard)


def _texts(text: Text) -> tuple[SendText, ...]:
    last = len(text.parts) - 1
    return tuple(SendText(part, text.keyboard if number == last else []) for number, part in enumerate(text.parts))


def _album(media: Sequence[Media], caption: str, keyboard: Keys) -> list[Content]:
    groups = _groups([found for one in media if (found := attachment_of(one)) is not None])
    if len(groups) == 1 and len(groups[0]) == 1:
        return [SendFiles(groups[0], caption, keyboard)]
    if not groups or keyboard:  # an album can't carry buttons: the words come below it, with them
        texts = [SendText(caption, keyboard)] if caption else []
        return [*(SendFiles(group, "", []) for group in groups), *texts]
    return [SendFiles(group, "" if number else caption, []) for number, group in enumerate(groups)]


def _groups(attachments: Sequence[Attachment]) -> list[tuple[Attachment, ...]]:
    """What may stand in one album, in the order it was sent."""
    groups: list[tuple[Attachment, ...]] = []
    for together, run in groupby(attachments, key=lambda one: _TOGETHER.get(one.kind)):
        members = tuple(run)
        size = ALBUM_LIMIT if together else 1
        groups += [members[start : start + size] for start in range(0, len(members), size)]
    return groups


def attachment_of(media: Media) -> Attachment | None:
    """How others may see it: photos by their file_id (Telegram strips their EXIF), pictures sent as documents as our copy
    without EXIF; None while that copy does not exist."""
    if not media.is_picture or media.kind is MediaKind.PHOTO:
        return Attachment(media.kind, file_id=media.file_id, media=media.id)
    if media.state is not MediaState.STORED or media.clean_sha256 is None:
        return None
    return Attachment(media.kind, sha256=media.clean_sha256, name=f"{media.id}.jpg", media=media.id)


def facts_of_part(content: Content) -> Mapping[str, Any]:
    """A planned call as the facts of a `part` message. Only what consists of several calls needs this."""
    match content:
        case SendText(html, keyboard):
            return {"html": html, "keyboard": keyboard}
        case SendFiles(attachments, caption, keyboard):
            ids = [one.media for one in attachments if one.media is not None]
            return {"media": ids, "html": caption, "keyboard": keyboard}
        case _:
            raise TypeError(f"{type(content).__name__} is never a part")


def rendered_part(facts: Mapping[str, Any]) -> Rendered:
    """The same, read back."""
    if "media" in facts:
        return Album(tuple(MediaId(number) for number in facts["media"]), facts["html"], facts["keyboard"])
    return Text((facts["html"],), facts["keyboard"])
