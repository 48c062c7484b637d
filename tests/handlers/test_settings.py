"""/help, /language, /cancel, unknown commands; what Telegram tells about chats."""

import pytest

from bot.domain.commands import COMMANDS
from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone


async def test_help_shows_only_what_a_person_may_use(worker: Phone, clerk: Phone) -> None:
    """From the one table of commands."""
    await worker.sends("/help")
    assert "/my" in worker.heard
    assert "/desk" not in worker.heard
    await clerk.sends("/Help")
    assert "/desk" in clerk.heard
    assert "/tasks" not in clerk.heard
    assert "在群里" in clerk.heard
    assert "/subscribe" in clerk.heard


async def test_every_command_is_in_somebodys_help(world: World) -> None:
    """None is secret: admin and leader together see all there are."""
    heard = ""
    for account in (1002, 2004):
        phone = world.phone(account)
        await phone.sends("/help")
        heard += phone.heard
    assert [command.name for command in COMMANDS if f"/{command.name}" not in heard] == []


async def test_the_language_changes_at_once(worker: Phone) -> None:
    """The very message with the buttons, the toast, and all that follows."""
    await worker.sends("/language")
    message = worker.last().id
    await worker.presses("English")
    assert worker.toast is not None
    assert worker.toast.text == "From now on in English."
    assert worker.room.shown[message].text.startswith("I speak English")
    await worker.sends("/my")
    assert "You have not reported anything yet" in worker.heard
    await worker.presses("中文")
    assert "现在用中文" in worker.last().text or "现在用中文" in worker.screen()


async def test_cancel_drops_the_draft_and_says_so(worker: Phone) -> None:
    """And says when there is nothing to drop."""
    await worker.sends("停电")
    card = worker.last().id
    await worker.sends("/cancel")
    assert "草稿已取消" in worker.heard
    assert worker.room.shown[card].buttons == []
    await worker.sends("/cancel")
    assert "没有可取消的" in worker.heard
    await worker.presses_data("d:1:submit:", card)
    assert worker.toast is not None
    assert "已经结束" in worker.toast.text


async def test_the_card_can_be_cancelled_by_its_button(worker: Phone) -> None:
    """The chooser that was open is closed with it: the next text begins anew."""
    await worker.sends("停电")
    await worker.presses("项目")
    await worker.presses("返回")
    await worker.presses("取消")
    await worker.sends("同翔")
    assert "草稿，尚未提交" in worker.last().text


@pytest.mark.parametrize(("typed", "meant"), [("/mi", "/my"), ("/isue 3", "/issue"), ("/Halp", "/help")])
async def test_a_mistyped_command_names_the_nearest(worker: Phone, typed: str, meant: str) -> None:
    """Only among what the person may use."""
    await worker.sends(typed)
    assert meant in worker.heard


async def test_a_command_unlike_any_other_points_to_help(worker: Phone) -> None:
    """And a slash that is no command is part of a report."""
    await worker.sends("/qqqqqqqq")
    assert "/help" in worker.heard
    await worker.sends("/3号楼漏水")
    assert "草稿" in worker.last().text


async def test_a_block_makes_unreachable_until_they_write(world: World, worker: Phone, store: FakeStore) -> None:
    """Telegram says so by my_chat_member."""
    await worker.adds_bot(worker.room, "kicked", "member")
    assert not store.person("R01").reachable
    await worker.sends("/my")
    assert store.person("R01").reachable
    await worker.adds_bot(worker.room, "kicked", "member")
    await worker.adds_bot(worker.room, "member", "kicked")
    assert store.person("R01").reachable


async def test_old_buttons_are_answered(worker: Phone) -> None:
    """Data of a version long gone, or made up."""
    for data in ("zz:1", "d:x:y", "l:my:abc", "i:99:open:", "s:language:fr"):
        await worker.presses_data(data, 1)
        assert worker.toast is not None
