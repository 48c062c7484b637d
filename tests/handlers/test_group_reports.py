"""/report in a group, through the dispatcher."""

from typing import Any

import pytest

from bot.domain.draft import Purpose
from bot.domain.history import Action
from bot.domain.issue import Channel
from tests.builders import City
from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import BOT_ID, Phone
from tests.handlers.screens import Room

NUMBER = "XM-2026-0001"
PHOTO = {
    "caption": "塔吊没电",
    "photo": [{"file_id": "f-7", "file_unique_id": "u-7", "width": 1280, "height": 960, "file_size": 120_000}],
}


@pytest.fixture
async def group(world: World, clerk: Phone) -> Room:
    """Opened to one project."""
    room = world.group("项目群")
    await clerk.sends("/subscribe project P002", room=room)
    return room


def said_by(phone: Phone, **content: Any) -> dict[str, Any]:
    """A message Telegram quotes; without a text unless one is given."""
    return {"from": phone.user, "text": None, **content}


async def test_a_strangers_photo_is_filed_for_them(
    world: World, store: FakeStore, city: City, group: Room, worker: Phone, stranger: Phone, clerk: Phone
) -> None:
    """In privacy mode the bot sees it in the reply alone. The group reads the number; the clerk gets it with the mark."""
    await worker.sends("/report", room=group, reply_to=70, quoted=said_by(stranger, **PHOTO))
    assert NUMBER in group.last().text
    assert "不是专班登记的人员" in group.last().text
    issue = store.issue(NUMBER)
    assert (issue.channel, issue.project, issue.description) == (Channel.GROUP, "P002", "塔吊没电")
    assert issue.unverified_reporter
    async with world.turns.read() as turn:
        author = await turn.uow.people.get(issue.reporter)
        (photo,) = await turn.uow.evidence.of_issue(issue.id)
        (line,) = await turn.uow.issues.history(issue.id)
    assert (author.user_id, author.is_guest, author.reachable) == (stranger.user["id"], True, False)
    assert (photo.file_id, photo.author, photo.message, photo.purpose) == ("f-7", author.id, 70, Purpose.REPORT)
    assert (line.entry.action, line.entry.by) == (Action.REPORT, city.reporter.id)
    assert "群里发言" in clerk.last().text
    assert stranger.screen() == ""


async def test_a_known_author_gets_the_card(
    store: FakeStore, group: Room, clerk: Phone, worker: Phone, city: City
) -> None:
    """Filed as theirs, without a mark; not in a topic by accident."""
    await clerk.sends("/report", room=group, reply_to=71, quoted=said_by(worker, text="三号塔吊没电"))
    assert NUMBER in worker.last().text
    assert store.issue(NUMBER).reporter == city.reporter.id
    assert not store.issue(NUMBER).unverified_reporter
    assert "不是专班登记的人员" not in group.last().text


async def test_one_message_is_filed_once(store: FakeStore, group: Room, clerk: Phone, worker: Phone) -> None:
    """Whoever asks again reads the number it has."""
    for phone in (clerk, worker):
        await phone.sends("/report", room=group, reply_to=71, quoted=said_by(worker, text="三号塔吊没电"))
    assert f"已经上报过：{NUMBER}" in group.last().text
    assert len(store.tables.issues) == 1


async def test_an_albums_siblings_come_along_as_far_as_they_were_heard(
    world: World, store: FakeStore, group: Room, clerk: Phone, worker: Phone
) -> None:
    """Without privacy mode they lie in the inbox; a reply quotes one of them."""
    sibling = {"message_id": 72, "date": worker._date(), "chat": group.raw(), "from": worker.user}
    sibling |= {"media_group_id": "a-1", "photo": [dict(PHOTO["photo"][0], file_id="f-8", file_unique_id="u-8")]}  # type: ignore[index]
    async with world.turns.begin() as turn:
        await turn.uow.inbox.add(BOT_ID, [{"update_id": 900_001, "message": sibling}], turn.now)
        await turn.uow.inbox.done([row.id for row in await turn.uow.inbox.pending(BOT_ID, 5)], turn.now)
    quoted = said_by(worker, **PHOTO, media_group_id="a-1")
    await clerk.sends("/report", room=group, reply_to=71, quoted=quoted)
    async with world.turns.read() as turn:
        files = await turn.uow.evidence.of_issue(store.issue(NUMBER).id)
    assert [(one.file_id, one.message) for one in files] == [("f-7", 71), ("f-8", 72)]
    await clerk.sends("/report", room=group, reply_to=72, quoted=said_by(worker, **sibling))
    assert len(store.tables.issues) == 1


async def test_what_cannot_be_filed_is_said(store: FakeStore, group: Room, clerk: Phone, worker: Phone) -> None:
    """No reply, a topic's first message, a sticker, a bot's words, somebody behind the group's mask."""
    await clerk.sends("/report", room=group)
    assert "回复要上报的那条消息" in group.last().text
    opened = {"text": None, "forum_topic_created": {"name": "施工", "icon_color": 1}}
    await clerk.sends("/report", room=group, reply_to=7, quoted=opened, topic=7)
    assert "回复要上报的那条消息" in group.last().text
    await clerk.sends("/report", room=group, reply_to=71, quoted=said_by(worker))
    assert "没有可上报的内容" in group.last().text
    bot = {"id": 5, "is_bot": True, "first_name": "别的机器人"}
    await clerk.sends("/report", room=group, reply_to=71, quoted={"from": bot, "text": "天气晴"})
    assert "没有上报人" in group.last().text
    await clerk.sends("/report", room=group, reply_to=71, quoted={**said_by(worker), "sender_chat": group.raw()})
    assert "没有上报人" in group.last().text
    assert store.tables.issues == {}


async def test_a_stranger_files_nothing(store: FakeStore, group: Room, stranger: Phone, worker: Phone) -> None:
    """Only people with a role."""
    await stranger.sends("/report", room=group, reply_to=71, quoted=said_by(worker, text="塔吊没电"))
    assert store.tables.issues == {}


async def test_the_desks_group_is_open_to_all(store: FakeStore, world: World, clerk: Phone, worker: Phone) -> None:
    """Without a digest, too; a project is named where nothing says which."""
    desk = world.group("专班群", -1001234567999)
    await clerk.sends("/desk", room=desk)
    await clerk.sends("/report P002", room=desk, reply_to=71, quoted=said_by(worker, text="塔吊没电"))
    assert store.issue(NUMBER).project == "P002"
    assert any(f"上报：{NUMBER}" in text for text in desk.heard)


async def test_in_a_topic_the_answer_stays_there(group: Room, clerk: Phone, worker: Phone) -> None:
    """Beside what was said."""
    await clerk.sends("/report", room=group, reply_to=71, topic=7, quoted=said_by(worker, text="塔吊没电"))
    assert (group.last().topic, NUMBER in group.last().text) == (7, True)
