"""What a person sent in one message, in the office's words: no chat library beyond this border."""

from dataclasses import dataclass

from bot.domain.draft import IncomingMedia
from bot.domain.ids import ChatId, MessageId, UserId
from bot.domain.issue import Place

FILE_LIMIT = 20 * 1024 * 1024  # bytes a bot may download (Bot API: getFile)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message. `text` is its text or caption; `media_group` names the album it is a sibling of; `about` is the number
    of the issue that the bot's message it replies to speaks of, '' if it does not."""

    chat: ChatId
    message: MessageId
    text: str = ""
    media: IncomingMedia | None = None
    place: Place | None = None
    media_group: str | None = None
    reply_to: MessageId | None = None
    about: str = ""

    @property
    def holds_anything(self) -> bool:
        """Words, a file or a place."""
        return bool(self.text or self.media or self.place)


@dataclass(frozen=True, slots=True)
class Account:
    """A Telegram account as it shows itself. The numeric id alone carries authority; the name is anybody's choice."""

    user: UserId
    name: str
    language_code: str | None = None  # IETF tag of the client

    @property
    def language(self) -> str | None:
        """'zh' or 'en' if the client speaks one of them."""
        tag = (self.language_code or "").lower().split("-")[0]
        return tag if tag in {"zh", "en"} else None
