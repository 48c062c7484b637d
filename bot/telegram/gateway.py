"""All that we say to Telegram, by python-telegram-bot, and only here. Says what became of each call (design.md: Outbox)."""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import structlog
from telegram import (
    Bot,
    InputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    LinkPreviewOptions,
    Message,
)
from telegram.constants import ParseMode
from telegram.error import ChatMigrated, NetworkError, RetryAfter, TelegramError
from telegram.request import BaseRequest, RequestData

from bot.domain.draft import MediaKind
from bot.domain.ids import ChatId, MessageId
from bot.masking import mask
from bot.telegram.calls import (
    AnswerPress,
    Attachment,
    CallFailed,
    Content,
    Group,
    Me,
    NotSent,
    Outcome,
    Rejected,
    SendFiles,
    SendRich,
    SendText,
    Sent,
    Target,
    Unready,
)
from bot.telegram.failures import UNKNOWN_TOKEN, Failure, outcome_of
from bot.telegram.rendered import Keys
from bot.telegram.rendered import markup as markup_of
from bot.telegram.transport import Broken, Files, NeverLeft, Transport

log = structlog.get_logger(__name__)
os.environ.setdefault("PTB_TIMEDELTA", "1")  # RetryAfter warns about itself when it is raised, unless told so

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_OF_SENT = {"message_id", "date", "chat"}
_ALBUM = {
    MediaKind.PHOTO: InputMediaPhoto,
    MediaKind.VIDEO: InputMediaVideo,
    MediaKind.AUDIO: InputMediaAudio,
    MediaKind.DOCUMENT: InputMediaDocument,
}
Read = Callable[[str], Awaitable[bytes]]
"""Bytes of our media store by their SHA-256."""


class Gateway:
    """One bot at one server. `api_url` as in `https://api.telegram.org`; `proxy` an HTTP or SOCKS address."""

    def __init__(
        self,
        token: str,
        api_url: str,
        read: Read,
        *,
        proxy: str | None = None,
        pool: int = 256,
        read_timeout: float = 20.0,
    ) -> None:
        self._token = token
        self._read = read
        self._request = _Request(Transport(proxy=proxy, pool=pool, read_timeout=read_timeout))
        self._bot = Bot(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self._request.shutdown()

    async def send(self, target: Target, content: Content) -> Outcome:
        """A new message, or an album. Never raises for what Telegram, the network or our disk do."""
        match content:
            case SendText(html, keyboard):
                return await self._outcome(self._message(self._to(target, keyboard), html))
            case SendRich(html, keyboard):
                return await self._outcome(self._rich(self._to(target, keyboard), html))
            case SendFiles():
                return await self._files(target, content)
            case AnswerPress(query, text, alert):
                return await self._outcome(self._bot.answer_callback_query(query, text or None, show_alert=alert))

    async def edit(self, chat: ChatId, message: MessageId, content: SendText | SendRich) -> Outcome:
        """Change a message in place. One that reads so already counts as sent."""
        more: dict[str, Any] = {"reply_markup": markup_of(content.keyboard)}
        if isinstance(content, SendRich):
            more["rich_message"] = {"html": content.html}
            return await self._outcome(self._edit(chat, message, None, more), message)
        return await self._outcome(self._edit(chat, message, content.html, more), message)

    async def me(self) -> Me:
        """Who we are. Raises CallFailed; its outcome is Rejected if Telegram does not know the token."""
        try:
            user = await self._answer(self._bot.get_me())
        except CallFailed as failed:
            if isinstance(failed.outcome, NotSent) and failed.outcome.error.startswith(UNKNOWN_TOKEN):
                raise CallFailed(Rejected(failed.outcome.error)) from None
            raise
        return Me(user.id, user.username or "")

    async def webhook(self) -> tuple[str, int]:
        """Where Telegram sends updates by itself ('' if nowhere: they can be polled), and how many wait. Raises CallFailed."""
        info = await self._answer(self._bot.get_webhook_info())
        return info.url, info.pending_update_count

    async def set_webhook(self, url: str, secret: str, kinds: Sequence[str], connections: int) -> None:
        """Where Telegram is to send updates, these kinds, over so many connections at once. Raises CallFailed."""
        how = {"max_connections": connections, "allowed_updates": kinds, "secret_token": secret}
        await self._answer(self._bot.set_webhook(url, api_kwargs=how))

    async def download(self, file_id: str) -> bytes:
        """A file somebody sent. Raises CallFailed."""
        file = await self._answer(self._bot.get_file(file_id))
        return bytes(await self._answer(file.download_as_bytearray()))

    async def group(self, chat: ChatId) -> Group:
        """What we may do in a group. Raises CallFailed."""
        us = await self._answer(self._bot.get_chat_member(chat, int(self._token.partition(":")[0])))
        found = await self._answer(self._bot.get_chat(chat))
        topics, pins = (bool(getattr(us, right, False)) for right in ("can_manage_topics", "can_pin_messages"))
        return Group(found.title or "", bool(found.is_forum), us.status == "administrator", topics, pins)

    async def set_commands(
        self, commands: Sequence[tuple[str, str]], scope: Mapping[str, Any], language: str | None = None
    ) -> None:
        """The menu of commands of a scope, for Telegram's two-letter language (None: all others). Raises CallFailed."""
        await self._answer(
            self._bot.set_my_commands(commands, language_code=language, api_kwargs={"scope": dict(scope)})
        )

    async def open_topic(self, chat: ChatId, name: str) -> int:
        """A new topic of a forum; its number. Raises CallFailed."""
        topic = await self._answer(self._bot.create_forum_topic(chat, name))
        return int(topic.message_thread_id)

    async def rename_topic(self, chat: ChatId, topic: int, name: str) -> None:
        """Raises CallFailed, for one that is called so already as well."""
        await self._answer(self._bot.edit_forum_topic(chat, topic, name))

    async def set_topic(self, chat: ChatId, topic: int, *, closed: bool) -> None:
        """Close or open a topic. Raises CallFailed, for one that is so already as well."""
        await self._answer((self._bot.close_forum_topic if closed else self._bot.reopen_forum_topic)(chat, topic))

    async def set_pin(self, chat: ChatId, message: MessageId, *, pinned: bool) -> None:
        """Pin a message without a sound, or take the pin away. Raises CallFailed."""
        pin, unpin = self._bot.pin_chat_message, self._bot.unpin_chat_message
        await self._answer(pin(chat, message, disable_notification=True) if pinned else unpin(chat, message))

    async def ask(self, method: str, **parameters: Any) -> Any:
        """A method python-telegram-bot has no name for; returns the result as JSON. Raises CallFailed."""
        return await self._answer(self._bot.do_api_request(method, api_kwargs=parameters))

    async def _message(self, to: dict[str, Any], html: str) -> Message:
        return await self._bot.send_message(
            to.pop("chat_id"), html, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW, api_kwargs=to
        )

    async def _rich(self, to: dict[str, Any], html: str) -> Any:
        parameters = {**to, "rich_message": {"html": html}}
        return await self._bot.do_api_request(
            "sendRichMessage", api_kwargs={name: value for name, value in parameters.items() if value is not None}
        )

    async def _edit(self, chat: ChatId, message: MessageId, html: str | None, more: dict[str, Any]) -> Any:
        return await self._bot.edit_message_text(
            cast("str", html),
            chat,
            message,
            parse_mode=None if html is None else ParseMode.HTML,
            link_preview_options=None if html is None else _NO_PREVIEW,
            api_kwargs=more,
        )

    async def _single(self, to: dict[str, Any], kind: MediaKind, file: str | InputFile, caption: str) -> Message:
        send = getattr(self._bot, f"send_{kind}")
        words = {} if kind is MediaKind.VIDEO_NOTE else {"caption": caption or None, "parse_mode": ParseMode.HTML}
        return cast("Message", await send(to.pop("chat_id"), file, api_kwargs=to, **words))

    async def _files(self, target: Target, content: SendFiles) -> Outcome:
        try:
            files = [(one.kind, await self._file(one)) for one in content.attachments]
        except FileNotFoundError as error:
            return Rejected(f"a file is lost: {error}")
        except OSError as error:
            return Unready(str(error))
        if len(files) > 1:
            return await self._outcome(self._album(self._to(target, []), files, content.caption))
        ((kind, file),) = files
        return await self._outcome(self._single(self._to(target, content.keyboard), kind, file, content.caption))

    async def _album(
        self, to: dict[str, Any], files: Sequence[tuple[MediaKind, str | InputFile]], caption: str
    ) -> Sequence[Message]:
        media = [
            _ALBUM[kind](file, caption=None if number else caption or None, parse_mode=ParseMode.HTML)
            for number, (kind, file) in enumerate(files)
        ]
        return await self._bot.send_media_group(to.pop("chat_id"), media, api_kwargs=to)

    async def _file(self, attachment: Attachment) -> str | InputFile:
        if attachment.file_id:
            return attachment.file_id
        return InputFile(await self._read(attachment.sha256), filename=attachment.name, attach=True)

    def _to(self, target: Target, keyboard: Keys) -> dict[str, Any]:
        reply = None
        if target.reply_to is not None:
            reply = {"message_id": target.reply_to, "allow_sending_without_reply": True}
        to = {"chat_id": target.chat, "message_thread_id": target.topic, "reply_parameters": reply}
        return to | {"reply_markup": markup_of(keyboard)}

    async def _outcome(self, call: Awaitable[Any], edited: MessageId | None = None) -> Outcome:
        try:
            result = await call
        except TelegramError as error:
            return outcome_of(self._failure(error), edited)
        return Sent((edited,) if edited is not None else _ids(result))

    async def _answer(self, call: Awaitable[Any]) -> Any:
        try:
            return await call
        except TelegramError as error:
            raise CallFailed(outcome_of(self._failure(error))) from None

    def _failure(self, error: TelegramError) -> Failure:
        return Failure(
            kind=type(error).__name__,
            error=mask(str(error), [self._token]),
            cause=type(error.__cause__).__name__,
            seconds=cast("timedelta", error.retry_after).total_seconds() if isinstance(error, RetryAfter) else None,
            moved_to=error.new_chat_id if isinstance(error, ChatMigrated) else None,
        )


def _ids(result: Any) -> tuple[MessageId, ...]:
    """The ids of what was sent, from parsed messages or raw JSON."""
    match result:
        case Message():
            return (MessageId(result.message_id),)
        case list() | tuple():
            return tuple(number for one in result for number in _ids(one))
        case {"message_id": int(number)}:
            return (MessageId(number),)
        case _:
            return ()


def _short(result: Any) -> Any:
    """A message, or each of an album, without what it says."""
    if isinstance(result, list):
        return [_short(one) for one in result]
    told = isinstance(result, dict) and result.keys() >= _OF_SENT
    return {name: result[name] for name in _OF_SENT} if told else result


class _Request(BaseRequest):
    """python-telegram-bot's requests over our transport."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def read_timeout(self) -> float:
        """Seconds."""
        return self._transport.read_timeout

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Of a message that was sent only its number matters to us: python-telegram-bot need not make objects of the rest."""
        answer: dict[str, Any] = BaseRequest.parse_json_payload(payload)
        return answer | {"result": _short(answer["result"])} if "result" in answer else answer

    async def initialize(self) -> None:
        """Nothing to do before the first request."""

    async def shutdown(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """Status and body. NetworkError otherwise; its cause says whether the request left at all."""
        try:
            if request_data is None:
                return await (self._transport.get(url) if method == "GET" else self._transport.post(url, ""))
            if request_data.contains_files:
                files = cast("Files", request_data.multipart_data)
                return await self._transport.upload(url, request_data.json_parameters, files)
            return await self._transport.post(url, request_data.url_encoded_parameters())
        except (NeverLeft, Broken) as error:
            raise NetworkError(str(error)) from error
