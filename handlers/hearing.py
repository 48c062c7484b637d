"""From a Telegram message to what the office takes of it. Pure: reads the message, calls nobody."""

from typing import Any

from aiogram.types import Message

from bot.domain.draft import IncomingMedia, MediaKind
from bot.domain.ids import ChatId, MessageId
from bot.domain.incoming import Incoming
from bot.domain.issue import Place, find_number

# what people send that is no report: answered with what the bot takes. Anything else without content is a service message
NOT_TAKEN = (
    "sticker",
    "dice",
    "poll",
    "story",
    "game",
    "checklist",
    "paid_media",
    "rich_message",
    "giveaway",
    "invoice",
    "gift",
    "unique_gift",
)


def incoming_of(message: Message) -> Incoming | None:
    """The message in our words; None if it holds nothing a report could use."""
    text = _text(message)
    media, place = _media(message), _place(message)
    if not (text or media or place):
        return None
    return Incoming(
        chat=ChatId(message.chat.id),
        message=MessageId(message.message_id),
        text=text,
        media=media,
        place=place,
        media_group=message.media_group_id,
        reply_to=MessageId(message.reply_to_message.message_id) if message.reply_to_message else None,
        about=_about(message),
    )


def _about(message: Message) -> str:
    """What the bot says about an issue has its number in the first line; lists have a heading there."""
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or not replied.from_user.is_bot:
        return ""
    return find_number((replied.text or replied.caption or "").partition("\n")[0])


def not_taken(message: Message) -> bool:
    """Something a person meant to send, but that no report can hold."""
    return any(getattr(message, name, None) is not None for name in NOT_TAKEN)


def _text(message: Message) -> str:
    """Text or caption; a contact as a line of its own."""
    contact = message.contact
    if contact is None:
        return message.text or message.caption or ""
    name = " ".join(part for part in (contact.first_name, contact.last_name) if part)
    return f"☎ {name} {contact.phone_number}"


def _place(message: Message) -> Place | None:
    location = message.venue.location if message.venue else message.location
    if location is None:
        return None
    title = f"{message.venue.title} {message.venue.address}".strip() if message.venue else ""
    return Place(location.latitude, location.longitude, title)


def _media(message: Message) -> IncomingMedia | None:
    """The file of a message. An animation comes as a document too, a live photo as a photo: the first that fits."""
    if message.photo:
        return _file(MediaKind.PHOTO, max(message.photo, key=lambda size: size.width * size.height))
    for kind in (MediaKind.ANIMATION, MediaKind.VIDEO, MediaKind.VIDEO_NOTE, MediaKind.VOICE, MediaKind.AUDIO):
        if (file := getattr(message, kind.value)) is not None:
            return _file(kind, file)
    return _file(MediaKind.DOCUMENT, message.document) if message.document else None


def _file(kind: MediaKind, file: Any) -> IncomingMedia:
    """Sizes, types and names are what the sender's client declared; not every kind of file has them."""
    return IncomingMedia(
        kind=kind,
        file_id=file.file_id,
        file_unique_id=file.file_unique_id,
        size=file.file_size,
        mime=getattr(file, "mime_type", None),
        file_name=getattr(file, "file_name", None),
    )
