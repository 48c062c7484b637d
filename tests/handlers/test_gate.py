"""Who may speak at all: strangers, masks, people who left, forwarded commands, talk in groups."""

from dataclasses import replace

from tests.builders import City
from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import BOT_NAME, Phone


async def test_a_stranger_is_answered_once_then_counted(world: World, stranger: Phone, store: FakeStore) -> None:
    """Five hundred messages: one answer, nothing kept but the count; an hour later one more."""
    await stranger.sends("hi")
    assert "服务卡" in stranger.heard
    for _ in range(20):
        await stranger.sends_photo()
        assert stranger.heard == ""
    assert not store.tables.drafts
    world.clock.set(world.clock.now().replace(hour=23))
    await stranger.sends("/help")
    assert "服务卡" in stranger.heard


async def test_a_stranger_is_answered_in_their_own_language(world: World) -> None:
    """Nobody keeps it; the message carries it."""
    john = world.phone(9998, "John", "en")
    await john.sends("hello")
    assert "service card" in john.heard


async def test_a_strangers_press_is_answered(world: World, stranger: Phone) -> None:
    """A press is never silent."""
    await stranger.presses_data("d:1:submit:", 5)
    assert stranger.toast is not None
    assert "服务卡" in stranger.toast.text


async def test_who_left_is_told_once_and_may_do_nothing(world: World, worker: Phone, city: City) -> None:
    """Revocation works at the next message and at the next press."""
    await worker.sends("停电")
    async with world.turns.begin() as turn:
        await turn.uow.people.save(replace(city.reporter, left=True, grants=frozenset()))
    await worker.presses("提交")
    assert worker.toast is not None
    assert "已经结束" in worker.toast.text
    await worker.sends("停电")
    assert "已经结束" in worker.heard
    await worker.sends("停电")
    assert worker.heard == ""


async def test_forwarded_commands_carry_nobodys_authority(clerk: Phone, worker: Phone) -> None:
    """Refused with a sentence; a forwarded photo or text is a report like any other."""
    await clerk.sends("/desk", forwarded=True)
    assert "转发来的命令不会执行" in clerk.heard
    await worker.sends("群里说停电了", forwarded=True)
    assert "群里说停电了" in worker.last().text


async def test_talk_in_groups_is_left_alone(world: World, clerk: Phone, stranger: Phone) -> None:
    """Texts, commands of other bots, commands to other bots."""
    group = world.group("工地群")
    for text in ("大家好", "/weather", "/my@other_bot"):
        await clerk.sends(text, room=group)
        await stranger.sends(text, room=group)
    assert group.heard == []
    assert group.shown == {}


async def test_commands_in_groups_say_where_they_work(world: World, clerk: Phone) -> None:
    """Private ones in private, group ones in groups."""
    group = world.group("工地群")
    await clerk.sends("/my", room=group)
    assert "私聊" in group.screen()
    await clerk.sends("/subscribe city")
    assert "要在群里用" in clerk.heard
    await clerk.sends(f"/HELP@{BOT_NAME}", room=group)
    assert "/subscribe" in group.last().text
    await clerk.sends(f"/nonsense@{BOT_NAME}", room=group)
    assert "没有 /nonsense 这个命令" in group.last().text


async def test_anonymous_admins_and_channels_have_no_role(world: World, clerk: Phone) -> None:
    """Their id is the group's, not a person's."""
    group = world.group("工地群")
    mask = {"sender_chat": group.raw(), "from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}}
    await clerk.sends_raw({"text": "/subscribe city", **mask}, room=group)
    assert "匿名" in group.screen()


async def test_an_issue_in_a_group_nobody_opened_is_refused(world: World, clerk: Phone) -> None:
    """No data before a person with the right has bound the group."""
    group = world.group("工地群")
    await clerk.sends("/issue XM-2026-0001", room=group)
    assert "绑定本群之前，这里不显示任何数据" in group.screen()


async def test_whatever_a_stranger_sends_is_answered_once(world: World) -> None:
    """Forwarded commands and commands for elsewhere are no way around it, nor out of their language."""
    john = world.phone(9998, "John", "en")
    await john.sends("/desk", forwarded=True)
    assert "service card" in john.heard
    for text, forwarded in (("/desk", True), ("/subscribe", False), ("/start c_card-P002", True)):
        await john.sends(text, forwarded=forwarded)
        assert john.heard == ""


async def test_forged_buttons_are_out_of_date(worker: Phone) -> None:
    """Numbers no ledger can hold: an answer, no poison."""
    for data in (f"i:{2**63}:open:", f"d:{10**30}:submit:", "i:-1:open:", "i::open:", "nonsense"):
        await worker.presses_data(data, 1)
        assert worker.toast is not None
        assert "已经过时" in worker.toast.text
