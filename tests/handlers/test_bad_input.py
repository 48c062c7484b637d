"""Hostile and odd input: answered, kept, never executed, never a crash."""

from typing import Any

import pytest

from bot.domain import errors
from bot.services.telling import facts_of
from bot.telegram.rendered import Text, Toast
from bot.telegram.rendering import Renderer
from tests.fakes import FakeStore
from tests.fakes.office import ZONE
from tests.handlers.driver import World
from tests.handlers.phone import Phone

HOSTILE = ("<b>{{ 7*7 }}</b>&amp;%(x)s\u202e\u2066\x00'\"" * 200)[:4096]
FACTS: dict[str, Any] = {
    "number": "XM-2026-0001",
    "given": "</b>{{ x }}",
    "example": "XM-2026-0001",
    "command": "/x",
    "close": "/my",
    "why": "used",
    "unit": "市供电公司",
    "status": "cleared",
    "missing": ["text", "photo", "means"],
    "until": "2026-11-27T09:30:00+00:00",
    "minutes": 10,
    "size_mb": 30.5,
    "limit_mb": 20,
    "limit": 50,
    "move": "clear",
    "action": "desk",
}
CLASSES = sorted(
    (c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.Refused)),
    key=lambda c: c.__name__,
)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("error", CLASSES, ids=lambda c: c.__name__)
@pytest.mark.parametrize("facts", [FACTS, {}], ids=["facts", "none"])
def test_every_refusal_has_its_sentence(error: type[errors.Refused], language: str, facts: dict[str, Any]) -> None:
    """In both languages, as a message and as an alert of at most 200 characters; its own sentence, not the last resort."""
    renderer = Renderer(ZONE)
    said = facts_of(error(**facts)) | ({} if facts else {"given": {"status": "reported"}})
    message = renderer.render("refusal", said, language)
    alert = renderer.render("toast/refusal", {**said, "query": "q", "alert": True}, language)
    assert isinstance(message, Text)
    assert isinstance(alert, Toast)
    assert alert.text
    assert not alert.text.endswith("…")
    if error is not errors.Refused:
        last_resort = renderer.render("toast/refusal", {"reason": "Refused", "given": {}, "query": "q"}, language)
        assert alert.text != last_resort.text  # type: ignore[union-attr]


async def test_hostile_text_is_kept_whole_and_shown_as_text(worker: Phone, store: FakeStore) -> None:
    """4,096 characters: all in the ledger, clipped and harmless on the card."""
    await worker.opens("c_card-P002")
    await worker.sends(HOSTILE)
    assert "<b>{{ 7*7 }}</b>" in worker.last().text
    assert "\u202e" not in worker.last().text
    await worker.presses("提交")
    assert store.issue("XM-2026-0001").description == HOSTILE.replace("\x00", "")


async def test_long_reports_of_many_messages_are_kept_whole(worker: Phone, store: FakeStore) -> None:
    """Three times 4,096 characters."""
    await worker.opens("c_card-P002")
    for letter in "甲乙丙":
        await worker.sends(letter * 4096)
    await worker.presses("提交")
    assert len(store.issue("XM-2026-0001").description) == 3 * 4096 + 2


@pytest.mark.parametrize("name", ["<b>Bobby</b>", "{{ config }}", "\u202egnp.exe", "%(name)s %s", "محمد", "\x00\x07"])
async def test_hostile_names_are_only_names(world: World, name: str) -> None:
    """A guest may be called anything."""
    guest = world.phone(9998, name)
    await guest.opens("c_card-P002")
    assert "POCT产业园A地块" in guest.heard
    assert "\u202e" not in guest.heard
    await guest.opens("")
    await guest.sends_document("../../x", caption=name)
    await guest.presses("提交")
    assert "已上报 XM-2026-0001" in guest.screen()


async def test_a_document_called_like_a_path_is_only_a_name(worker: Phone, store: FakeStore) -> None:
    """Kept as declared, used as no path."""
    await worker.sends_document("../../x", mime="application/x-sh")
    [media] = store.tables.media.values()
    assert media.file_name == "../../x"


@pytest.mark.parametrize(
    "update",
    [
        {
            "channel_post": {
                "message_id": 1,
                "date": 1,
                "chat": {"id": -5, "type": "channel", "title": "c"},
                "text": "/my",
            }
        },
        {
            "poll": {
                "id": "1",
                "question": "?",
                "options": [],
                "total_voter_count": 0,
                "is_closed": False,
                "is_anonymous": True,
                "type": "regular",
                "allows_multiple_answers": False,
                "allows_revoting": False,
                "members_only": False,
            }
        },
        {
            "inline_query": {
                "id": "1",
                "from": {"id": 4001, "is_bot": False, "first_name": "x"},
                "query": "",
                "offset": "",
            }
        },
        {
            "message_reaction": {
                "chat": {"id": 4001, "type": "private"},
                "message_id": 1,
                "date": 1,
                "user": {"id": 4001, "is_bot": False, "first_name": "x"},
                "old_reaction": [],
                "new_reaction": [],
            }
        },
        {
            "message": {
                "message_id": 1,
                "date": 1,
                "chat": {"id": -5, "type": "group", "title": "g"},
                "migrate_to_chat_id": -1005,
            }
        },
        {
            "message": {
                "message_id": 1,
                "date": 1,
                "chat": {"id": -1005, "type": "supergroup", "title": "g"},
                "migrate_from_chat_id": -5,
            }
        },
        {"some_future_kind": {"id": 1}},
    ],
    ids=lambda update: next(iter(update)),
)
async def test_updates_that_ask_for_nothing_are_left_alone(world: World, worker: Phone, update: dict[str, Any]) -> None:
    """Heard, done, no answer, no poison."""
    await world.hears(**update)
    assert worker.heard == ""


async def test_a_flood_of_one_guest_does_not_lose_the_words(worker: Phone, store: FakeStore) -> None:
    """Sixty messages in a row: one draft, one card."""
    for number in range(60):
        await worker.sends(f"第{number}条")
    assert len(store.tables.drafts) == 1
    assert len(worker.room.shown) == 1
    assert "第59条" in next(iter(store.tables.drafts.values())).text


async def test_a_flood_of_words_is_kept_up_to_a_limit(worker: Phone, store: FakeStore) -> None:
    """Then the limit is said, once a minute; a photo that comes with too many words is kept."""
    for _ in range(9):
        await worker.sends("长" * 4000)
    assert worker.screen().count("最多 20000 个字") == 1
    await worker.sends("短" * 3000)
    await worker.sends_photo(caption="字" * 1024)
    [draft] = store.tables.drafts.values()
    assert len(draft.text) == 4 * 4001 + 3000
    assert "照片：1 张" in worker.screen()


async def test_a_command_in_a_caption_is_part_of_the_report(clerk: Phone, store: FakeStore) -> None:
    """A photo is never lost to the word under it, and a forwarded one carries no authority."""
    await clerk.sends_photo(caption="/cancel", forwarded=True)
    await clerk.sends_photo(caption="/desk")
    assert "/cancel\n/desk" in clerk.last().text
    assert len(store.tables.media) == 2


async def test_in_private_a_command_that_names_another_bot_is_ours(worker: Phone) -> None:
    """There is nobody else to hear it."""
    await worker.sends("/my@other_bot")
    assert "还没有上报过" in worker.heard
