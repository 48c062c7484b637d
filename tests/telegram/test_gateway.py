"""The gateway against a server that behaves, and one that does not."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from bot.domain.draft import MediaKind
from bot.domain.ids import ChatId, MessageId
from bot.telegram.calls import (
    Ambiguous,
    AnswerPress,
    Attachment,
    Blocked,
    CallFailed,
    CardGone,
    Me,
    Migrated,
    NotSent,
    Outcome,
    Rejected,
    RetryLater,
    SendFiles,
    SendRich,
    SendText,
    Sent,
    Target,
    Unready,
)
from bot.telegram.gateway import Gateway
from tests.telegram.server import TOKEN, Answer, BotApi, a_sent, bad, ok, serving

CHAT = ChatId(4001)
HELLO = SendText("<b>hi</b>", [[{"text": "Go", "callback_data": "d:1:go:", "style": "primary"}]])


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with serving() as found:
        yield found


async def read(sha256: str) -> bytes:
    return f"bytes of {sha256}".encode()


@pytest.fixture
async def gateway(api: BotApi) -> AsyncIterator[Gateway]:
    found = Gateway(TOKEN, api.url, read, read_timeout=1.5)
    yield found
    await found.close()


async def test_texts_carry_their_keyboard_topic_and_reply(gateway: Gateway, api: BotApi) -> None:
    """HTML, no link preview, styled buttons; a reply goes out even if what it answers is gone."""
    outcome = await gateway.send(Target(CHAT, topic=3, reply_to=9), HELLO)
    assert outcome == Sent((MessageId(7),))
    asked = api.told("sendMessage")[0]
    assert asked["text"] == "<b>hi</b>"
    assert asked["parse_mode"] == "HTML"
    assert asked["message_thread_id"] == 3
    assert asked["reply_parameters"] == {"message_id": 9, "allow_sending_without_reply": True}
    assert asked["reply_markup"] == {"inline_keyboard": HELLO.keyboard}
    assert asked["link_preview_options"] == {"is_disabled": True}


async def test_cards_are_edited_in_place(gateway: Gateway, api: BotApi) -> None:
    """One that reads so already counts as sent; one that is gone says so."""
    api.answers["editMessageText"] = [
        ok(a_sent()),
        bad(400, "Bad Request: message is not modified: specified new message content is the same"),
        bad(400, "Bad Request: message to edit not found"),
    ]
    assert await gateway.edit(CHAT, MessageId(7), HELLO) == Sent((MessageId(7),))
    assert await gateway.edit(CHAT, MessageId(7), HELLO) == Sent((MessageId(7),))
    assert isinstance(await gateway.edit(CHAT, MessageId(7), HELLO), CardGone)


async def test_rich_messages_are_sent_and_edited(gateway: Gateway, api: BotApi) -> None:
    """By the methods of Bot API 10.1."""
    rich = SendRich("<table></table>", [], ())
    assert await gateway.send(Target(CHAT), rich) == Sent((MessageId(7),))
    assert api.told("sendRichMessage")[0] == {"chat_id": 4001, "rich_message": {"html": "<table></table>"}}
    assert await gateway.edit(CHAT, MessageId(7), rich) == Sent((MessageId(7),))
    assert api.told("editMessageText")[0]["rich_message"] == {"html": "<table></table>"}
    assert "text" not in api.told("editMessageText")[0]


async def test_a_server_without_rich_messages_rejects_them(gateway: Gateway, api: BotApi) -> None:
    """An unknown method is a definite no."""
    api.answers["sendRichMessage"] = [bad(404, "Not Found: method not found")]
    assert isinstance(await gateway.send(Target(CHAT), SendRich("<p>x</p>", [], ())), Rejected)


async def test_files_go_by_id_or_are_uploaded(gateway: Gateway, api: BotApi) -> None:
    """Telegram's own by file_id; ours from the media store under a name of ours."""
    await gateway.send(
        Target(CHAT), SendFiles((Attachment(MediaKind.PHOTO, file_id="p1"),), "<i>c</i>", HELLO.keyboard)
    )
    asked = api.told("sendPhoto")[0]
    assert (asked["photo"], asked["caption"]) == ("p1", "<i>c</i>")
    assert asked["reply_markup"] == {"inline_keyboard": HELLO.keyboard}
    await gateway.send(Target(CHAT), SendFiles((Attachment(MediaKind.DOCUMENT, sha256="ab", name="l.xlsx"),), "", []))
    assert b"bytes of ab" in api.told("sendDocument")[0].values()


async def test_a_file_that_cannot_be_read(api: BotApi) -> None:
    """Is no fault of the message: it goes once the disk or the object store is back; not if the file is lost. Nothing is called."""
    broken: OSError = OSError(5, "Input/output error")

    async def reading(_: str) -> bytes:
        raise broken

    gateway = Gateway(TOKEN, api.url, reading)
    file = SendFiles((Attachment(MediaKind.DOCUMENT, sha256="ab", name="l.xlsx"),), "", [])
    assert isinstance(await gateway.send(Target(CHAT), file), Unready)
    broken = FileNotFoundError(2, "No such file")
    assert isinstance(await gateway.send(Target(CHAT), file), Rejected)
    assert api.told("sendDocument") == []
    await gateway.close()


async def test_albums_are_one_call(gateway: Gateway, api: BotApi) -> None:
    """The caption stands on the first; the ids of all come back."""
    api.answers["sendMediaGroup"] = [ok([a_sent(7), a_sent(8)])]
    photos = tuple(Attachment(MediaKind.PHOTO, file_id=name) for name in ("p1", "p2"))
    assert await gateway.send(Target(CHAT), SendFiles(photos, "words", [])) == Sent((MessageId(7), MessageId(8)))
    media = api.told("sendMediaGroup")[0]["media"]
    assert [(one["type"], one["media"], one.get("caption")) for one in media] == [
        ("photo", "p1", "words"),
        ("photo", "p2", None),
    ]


async def test_presses_are_answered(gateway: Gateway, api: BotApi) -> None:
    """With words, or with nothing but the end of the spinner."""
    api.always = lambda method: ok(True)
    assert await gateway.send(Target(CHAT), AnswerPress("q1", "done", alert=True)) == Sent()
    assert await gateway.send(Target(CHAT), AnswerPress("q2", "", alert=False)) == Sent()
    assert api.told("answerCallbackQuery")[0] == {"callback_query_id": "q1", "text": "done", "show_alert": True}
    assert "text" not in api.told("answerCallbackQuery")[1]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (bad(403, "Forbidden: bot was blocked by the user"), Blocked),
        (bad(400, "Bad Request: chat not found"), Blocked),
        (bad(400, "Bad Request: BUTTON_DATA_INVALID"), Rejected),
        (bad(413, "Request Entity Too Large"), Rejected),
        (bad(401, "Unauthorized"), NotSent),
        (bad(500, "Internal Server Error"), Ambiguous),
        ("html", Ambiguous),
        ("cut", Ambiguous),
        ("slow", Ambiguous),
    ],
    ids=["blocked", "no chat", "bad request", "too large", "token", "500", "proxy page", "cut", "slow"],
)
async def test_failures_are_told_apart(gateway: Gateway, api: BotApi, answer: Answer, outcome: type[Outcome]) -> None:
    """Definitely not sent, or nobody knows: the table of design.md."""
    api.answers["sendMessage"] = [answer]
    assert type(await gateway.send(Target(CHAT), HELLO)) is outcome


async def test_waits_and_moves_come_with_their_figures(gateway: Gateway, api: BotApi) -> None:
    """Seconds of a 429, the new id of a group that became a supergroup."""
    api.answers["sendMessage"] = [
        bad(429, "Too Many Requests: retry after 17", retry_after=17),
        bad(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100777),
    ]
    assert await gateway.send(Target(CHAT), HELLO) == RetryLater(17)
    assert await gateway.send(Target(CHAT), HELLO) == Migrated(ChatId(-100777))


async def test_nothing_is_ever_paid_for(gateway: Gateway, api: BotApi) -> None:
    """Paid broadcasts cost money beyond thirty a second: we never ask for one."""
    await gateway.send(Target(CHAT), HELLO)
    assert "allow_paid_broadcast" not in api.told("sendMessage")[0]


async def test_a_refused_connection_is_definitely_not_sent() -> None:
    """Nobody listens there; and the token is in no error."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gateway = Gateway(TOKEN, f"http://127.0.0.1:{port}", read)
    outcome = await gateway.send(Target(CHAT), HELLO)
    assert isinstance(outcome, NotSent)
    assert TOKEN not in outcome.error
    with pytest.raises(CallFailed) as failed:
        await gateway.me()
    assert TOKEN not in str(failed.value)
    await gateway.close()


async def test_questions_are_answered_or_raise(gateway: Gateway, api: BotApi) -> None:
    """Who we are, a file's bytes, the menu of commands, and any other method."""
    api.answers["getMe"] = [ok({"id": 4200, "is_bot": True, "first_name": "P", "username": "home_bot"})]
    api.answers["getFile"] = [ok({"file_id": "f", "file_unique_id": "u", "file_path": "photos/1.jpg"})]
    api.files["photos/1.jpg"] = b"picture"
    api.answers["setMyCommands"] = [ok(True)]
    assert await gateway.me() == Me(4200, "home_bot")
    assert await gateway.download("f") == b"picture"
    await gateway.set_commands([("start", "begin")], {"type": "all_private_chats"}, "zh")
    assert api.told("setMyCommands")[0]["scope"] == {"type": "all_private_chats"}
    api.answers["getSomethingNew"] = [ok({"value": 1})]
    assert await gateway.ask("getSomethingNew", chat_id=1) == {"value": 1}


async def test_a_token_nobody_knows_is_rejected(gateway: Gateway, api: BotApi) -> None:
    """Asking who we are tells a wrong token from a server that is away."""
    api.answers["getMe"] = [bad(401, "Unauthorized"), bad(502, "Bad Gateway")]
    for outcome in (Rejected, Ambiguous):
        with pytest.raises(CallFailed) as failed:
            await gateway.me()
        assert isinstance(failed.value.outcome, outcome)


async def test_a_file_that_is_gone_raises_its_outcome(gateway: Gateway, api: BotApi) -> None:
    """The worker learns whether trying again may help."""
    api.answers["getFile"] = [bad(400, "Bad Request: file is too big"), bad(500, "Internal")]
    with pytest.raises(CallFailed) as failed:
        await gateway.download("f")
    assert isinstance(failed.value.outcome, Rejected)
    with pytest.raises(CallFailed) as failed:
        await gateway.download("f")
    assert isinstance(failed.value.outcome, Ambiguous)


async def test_calls_go_side_by_side(gateway: Gateway, api: BotApi) -> None:
    """Twenty at once are no problem for the pool."""
    outcomes = await asyncio.gather(*(gateway.send(Target(ChatId(n)), HELLO) for n in range(1, 21)))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
