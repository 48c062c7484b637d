"""/my, /issue, /find and their buttons."""

from tests.builders import City, filed
from tests.handlers.driver import World
from tests.handlers.phone import Phone


async def file(world: World, city: City, count: int = 1, text: str = "三号塔吊停电") -> None:
    async with world.turns.begin() as turn:
        for _ in range(count):
            await filed(turn.uow, reporter=city.reporter.id, description=text)


async def test_my_lists_reports_with_buttons_that_open_them(world: World, city: City, worker: Phone) -> None:
    """Number, state, project; a page at a time."""
    await file(world, city, 7)
    await worker.sends("/my")
    assert "XM-2026-0007 已上报" in worker.heard
    await worker.presses("下一页")
    assert "XM-2026-0001" in worker.last().text
    await worker.presses("XM-2026-0001")
    assert worker.last().text.startswith("已上报 XM-2026-0001")


async def test_my_without_reports_says_how_to_begin(worker: Phone) -> None:
    """An empty list is not silence."""
    await worker.sends("/my")
    assert "还没有上报" in worker.heard


async def test_issue_shows_the_card_however_the_number_is_typed(world: World, city: City, worker: Phone) -> None:
    """And explains itself without one."""
    await file(world, city)
    await worker.sends("/issue xm 2026 1")
    assert worker.last().text.startswith("已上报 XM-2026-0001")
    await worker.sends("/issue")
    assert "/issue XM-2026-0001" in worker.heard
    await worker.sends("/ISSUE 塔吊")
    assert "“塔吊”不是问题编号" in worker.heard


async def test_a_pasted_number_opens_its_card(world: World, city: City, worker: Phone) -> None:
    """Numbers can be copied (conversations.md), so they can be pasted; other words beside it make a report."""
    await file(world, city)
    await worker.sends("XM-2026-0001")
    assert worker.last().text.startswith("已上报 XM-2026-0001")
    await worker.sends("XM-2026-0001 还没有电")
    assert worker.last().text.startswith("📝 草稿")


async def test_a_foreign_number_reads_as_if_it_did_not_exist(world: World, city: City, assignee: Phone) -> None:
    """The same sentence for both."""
    await file(world, city)
    await assignee.sends("/issue XM-2026-0001")
    foreign = assignee.heard.replace("0001", "N")
    await assignee.sends("/issue XM-2026-0002")
    assert assignee.heard.replace("0002", "N") == foreign


async def test_find_lists_what_matches(world: World, city: City, worker: Phone) -> None:
    """Nothing found, or no words given, says what to do."""
    await file(world, city)
    await worker.sends("/find 塔吊 停电")
    assert "XM-2026-0001" in worker.heard
    await worker.sends("/find 电梯")
    assert "没有找到“电梯”" in worker.heard
    await worker.sends("/find")
    assert "/find 电梯" in worker.heard
    await worker.sends("/find {{ 7*7 }} <b>%s</b> \u202e")
    assert "{{ 7*7 }} <b>%s</b>" in worker.heard
