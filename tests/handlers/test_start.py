"""The ways in: plain, by service card, by invitation, by a link to an issue."""

import pytest

from bot.services.people import people
from tests.builders import City, a_person, filed
from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone


async def invitation(world: World, code: str = "R09") -> str:
    """A token for a new person of U11."""
    async with world.turns.begin() as turn:
        await turn.uow.people.add(a_person(code, "小李", "reporter:unit:U11", unit="U11", language=None))
        return (await people.invite(turn, code))[0]


async def test_plain_start_says_who_you_are_and_what_you_can_do(worker: Phone, clerk: Phone) -> None:
    """By role."""
    await worker.opens("")
    assert "小王，您好" in worker.heard
    assert "现场人员" in worker.heard
    assert "/desk" not in worker.heard
    await clerk.opens("")
    assert "/desk" in clerk.heard


async def test_a_stranger_learns_how_to_get_in_and_nothing_else(stranger: Phone) -> None:
    """Card or invitation."""
    await stranger.opens("")
    assert "服务卡" in stranger.heard
    assert "邀请链接" in stranger.heard
    assert stranger.buttons == []


async def test_a_card_greets_with_project_district_and_who_serves_it(stranger: Phone) -> None:
    """Also somebody nobody knows."""
    await stranger.opens("c_card-P002")
    for part in ("POCT产业园A地块", "海沧区", "陈岚", "提交"):
        assert part in stranger.heard


async def test_an_invitation_binds_and_greets_in_telegrams_language(world: World, store: FakeStore) -> None:
    """The person's own language is not in the sheet, so Telegram's is taken."""
    maria = world.phone(7777, "Maria", "en")
    await maria.opens(f"i_{await invitation(world)}")
    assert "Hello 小李!" in maria.heard
    assert store.person("R09").user_id == 7777


async def test_a_used_or_invented_invitation_is_refused_with_what_to_do(world: World, stranger: Phone) -> None:
    """Whoever finds the link later is told so, and stays a stranger."""
    token = await invitation(world)
    await world.phone(7777).opens(f"i_{token}")
    await stranger.opens(f"i_{token}")
    assert "已经用过" in stranger.heard
    await stranger.opens("i_nonsense")
    assert "无效" in stranger.heard


async def test_a_stranger_trying_tokens_is_not_answered_each_time(world: World, stranger: Phone) -> None:
    """The first try hears why, the hundredth is silence."""
    await stranger.opens("c_nothing1")
    assert "失效" in stranger.heard
    await stranger.opens("c_nothing2")
    assert stranger.heard == ""


async def test_a_link_opens_the_issue_for_who_may_see_it(
    world: World, city: City, worker: Phone, stranger: Phone
) -> None:
    """A card for its reporter; for a guest the same sentence as if it did not exist."""
    async with world.turns.begin() as turn:
        await filed(turn.uow, reporter=city.reporter.id)
    await worker.opens("n_XM-2026-0001")
    assert "XM-2026-0001" in worker.last().text.splitlines()[0]
    await stranger.opens("n_XM-2026-0001")
    assert "服务卡" in stranger.heard
    await stranger.opens("c_card-P002")
    await stranger.opens("n_XM-2026-0001")
    assert "没有找到您能查看的 XM-2026-0001" in stranger.heard


@pytest.mark.parametrize("payload", ["c_", "i_", "n_", "x", "c_%00", "_" * 64])
async def test_payloads_nobody_issued_are_answered(worker: Phone, payload: str) -> None:
    """Never silent, never an error."""
    await worker.opens(payload)
    assert worker.heard
