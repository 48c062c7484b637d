"""Escalations on leaders' phones: opening, nudging, saying that one has seen it; on both languages' screens."""

from datetime import date, time, timedelta

import pytest

from bot.domain import delays
from bot.domain.calendar import Calendar
from bot.domain.messages import Message
from bot.services.timed import reminders
from tests.builders import City
from tests.fakes import FakeClock, FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone

CASE = "XM-2026-0001"
MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)


@pytest.fixture
async def overdue(
    worker: Phone, clerk: Phone, assignee: Phone, world: World, calendar: Calendar, clock: FakeClock
) -> str:
    """Assigned on Monday the 23rd for Monday the 30th, and not solved by Tuesday: the head has been told."""
    await worker.opens("c_card-P002")
    await worker.sends_photo(caption="3号塔吊没有供电")
    await worker.presses("提交")
    for word in ("入账", "交办", "市供电公司", "蔡明"):
        await clerk.presses(word)
    await passes(world, calendar, clock, TUESDAY)
    return CASE


async def passes(world: World, calendar: Calendar, clock: FakeClock, day: date, hour: int = 9) -> None:
    """It becomes that day, and the schedule ticks."""
    clock.set(calendar.at(day, time(hour)))
    async with world.turns.begin() as turn:
        await reminders.tick(turn)
    await world.deliver()


async def test_the_head_opens_nudges_and_has_seen_it(overdue: str, head: Phone, world: World, store: FakeStore) -> None:
    """One message with three buttons; a press of any proves that it was seen; the person in charge hears at once."""
    assert "逐级协调：1 个逾期问题需要您协调" in head.last().text
    assert head.buttons == [overdue, "催办", "已阅"]
    await head.presses("催办")
    assert head.toast is not None
    assert "第 1 次" in head.toast.text
    async with world.turns.begin() as turn:
        await reminders.tick(turn)
        telling = (await turn.uow.agenda.tellings(store.issue(CASE).id, "rung", 1))[-1]
    assert telling.seen_at is not None
    await world.deliver()
    person = world.phone(3004)
    assert "催办 · 请加快办理：1 件" in person.screen()
    assert "催办人：黄志勇；累计催办 1 次" in person.screen()
    await head.presses("催办")
    assert head.toast.alert
    assert "今天已催办过" in head.toast.text


async def test_seen_is_noted_once(overdue: str, head: Phone) -> None:
    """A second press says that it was noted before."""
    await head.presses("已阅")
    assert head.toast is not None
    assert head.toast.text == "已记为已阅。"
    await head.presses("已阅")
    assert head.toast.text == "之前已记过了。"


async def test_the_card_shows_how_far_it_has_climbed(overdue: str, head: Phone, clerk: Phone) -> None:
    """Who was told, and that they have seen it; and how often it was nudged."""
    await clerk.sends(f"/issue {overdue}")
    assert "🪜 12月1日 09:00 单位负责人 · 黄志勇 待送达" in clerk.last().text
    await head.presses(overdue)
    await clerk.presses("催办")
    await clerk.sends(f"/issue {overdue}")
    assert "黄志勇 👀 已阅" in clerk.last().text
    assert "📣 已催办 1 次" in clerk.last().text


async def test_a_nudge_at_night_says_when_it_will_be_heard(
    overdue: str, world: World, calendar: Calendar, clock: FakeClock
) -> None:
    """Counted now, told when the office opens."""
    clock.set(calendar.at(TUESDAY, time(20)))
    leader = world.phone(5001)
    await leader.sends(f"/issue {overdue}")
    await leader.presses("催办")
    assert leader.toast is not None
    assert leader.toast.alert
    assert "12月2日 09:00" in leader.toast.text


@pytest.mark.parametrize(
    "data", ["l:nudge:999", "l:nudge:x", "l:seen:1", "l:seen:99999999999999999", "l:seen:", "i:999:nudge:"]
)
async def test_forged_presses_change_nothing(overdue: str, head: Phone, store: FakeStore, data: str) -> None:
    """Issues there are not, moments at which nothing was said: answered, and that is all."""
    await head.presses_data(data, head.last().id)
    assert head.toast is not None
    assert store.issue(CASE).nudged == 0


async def test_a_nudge_under_another_persons_message_is_refused(
    overdue: str, head: Phone, world: World, city: City, store: FakeStore
) -> None:
    """The auditor reads, and never acts; the assignee does not nudge themself."""
    for person in (city.auditor, city.a04, city.reporter):
        phone = world.phone(person.user_id or 0)
        await phone.presses_data(f"l:nudge:{store.issue(CASE).id}", head.last().id)
        assert phone.toast is not None
        assert phone.toast.alert
    assert store.issue(CASE).nudged == 0


@pytest.mark.parametrize("kind", ["timed/unit_group", "timed/nudge", "timed/empty_rung", "timed/escalation"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_timed_message_reads_in_both_languages(
    overdue: str, world: World, store: FakeStore, kind: str, language: str
) -> None:
    """Whole sentences, the number in full, no name of a variable."""
    (line,) = store.outbox_messages("timed/escalation")[0].facts["issues"]
    more = {
        "by": ["高远"],
        "nudged": 2,
        "own": False,
        "absent": [{"name": "黄志勇", "why": "unbound"}],
        "group_told": True,
    }
    facts = {
        "issues": [line | more],
        "total": 1,
        "more": 0,
        "late": True,
        "proof": {"person": 1, "at": "2026-12-01T01:00:00+00:00"},
    }
    async with world.turns.read() as turn:
        message = Message(store.outbox_messages()[0].chat, kind, facts | {"language": language})
        rendered = await world.composer.compose(turn, message)
    text = rendered.parts[0]  # type: ignore[union-attr]
    assert CASE in text
    assert ("逾期" in text) == (language == "zh")
    assert "None" not in text
    assert "\n\n\n" not in text


async def test_the_board_opens_and_nudges(
    overdue: str, world: World, store: FakeStore, city: City, clock: FakeClock
) -> None:
    """The city's leader nudges from the list, which stays a list; the auditor reads; who asks for time waits on top."""
    leader, auditor = world.phone(5001), world.phone(6001)
    for phone, buttons in ((leader, [overdue, "催办"]), (auditor, [overdue])):
        await phone.sends("/board")
        assert phone.buttons[: len(buttons)] == buttons
        assert "催办" in phone.buttons or phone is auditor
    await leader.presses("催办")
    assert store.issue(CASE).nudged == 1
    async with store.begin() as uow:
        until = clock.now() + timedelta(days=9)
        await uow.issues.save(delays.ask_for_time(store.issue(CASE), city.a04.id, clock.now(), until, "等设备到货"))
    await leader.sends("/board")
    assert f"{overdue} · 市供电公司 → 12月10日 09:00" in leader.last().text
    assert "催办 1 次" in leader.last().text
    assert leader.buttons[0] == f"📝 {overdue}"
