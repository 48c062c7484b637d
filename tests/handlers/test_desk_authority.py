"""Every button on every screen, pressed by everybody who may not, and by those who no longer may."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.domain.organisation import Person
from tests.builders import City
from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone

CASE = "XM-2026-0001"
READING = {"menu", "photos", "open", "next", "leave"}  # what anybody in scope may do; nothing changes by it
STAGES = {  # how far the case is, and the steps its screens then offer
    "reported": {"register", "reject"},
    "assigned": {"accept", "return", "resolve", "undo", "nudge"},
    "gathering": {"means", "hand_in"},
    "resolved": {"clear", "reopen", "confirm", "dispute", "rate"},
    "cleared": {"reopen", "undo", "rate"},
}


@pytest.fixture
def goes(worker: Phone, clerk: Phone, assignee: Phone) -> Callable[[str], Awaitable[None]]:
    """Bring the case to a stage."""

    async def to(stage: str) -> None:
        await worker.opens("c_card-P002")
        await worker.sends_photo(caption="3号塔吊没有供电")
        await worker.presses("提交")
        steps = [_assign, _gather, _resolve, _clear]
        for step in steps[: list(STAGES).index(stage)]:
            await step(worker, clerk, assignee)

    return to


async def _assign(worker: Phone, clerk: Phone, assignee: Phone) -> None:
    for word in ("入账", "交办", "市供电公司", "蔡明"):
        await clerk.presses(word)


async def _gather(worker: Phone, clerk: Phone, assignee: Phone) -> None:
    await assignee.presses("办结")
    await assignee.sends_photo(caption="电缆已接通")


async def _resolve(worker: Phone, clerk: Phone, assignee: Phone) -> None:
    await assignee.presses("先行指导")
    await assignee.presses("办结")


async def _clear(worker: Phone, clerk: Phone, assignee: Phone) -> None:
    await worker.presses("已解决")
    await clerk.presses("销号")


def acting(*phones: Phone) -> set[tuple[str, int]]:
    """(what a press says, its message) of every step button these people see."""
    keys = [
        (key["callback_data"], shown.id)
        for phone in phones
        for shown in phone.room.shown.values()
        for row in shown.keyboard
        for key in row
        if key["callback_data"].startswith("i:")
    ]
    return {(data, message) for data, message in keys if data.split(":")[2] not in READING}


async def revoke(store: FakeStore, person: Person) -> Person:
    """All roles end; the account stays bound."""
    async with store.begin() as uow:
        revoked = replace(await uow.people.get(person.id), grants=frozenset())
        await uow.people.save(revoked)
    return revoked


@pytest.mark.parametrize("stage", STAGES)
async def test_no_press_of_an_outsider_or_of_somebody_revoked_changes_anything(
    stage: str,
    goes: Callable[[str], Awaitable[None]],
    world: World,
    city: City,
    store: FakeStore,
    worker: Phone,
    clerk: Phone,
    assignee: Phone,
) -> None:
    """Each is answered with an alert that says why; the issue stays as it is to the last field."""
    await goes(stage)
    buttons = acting(worker, clerk, assignee)
    assert {data.split(":")[2] for data, _ in buttons} >= STAGES[stage]
    issue = store.issue(CASE)
    outsiders = [city.a02, city.a14, city.h02, city.auditor, city.verifier, city.city_leader, city.district_leader]
    revoked = [await revoke(store, person) for person in (city.clerk, city.a04)]
    for person in (*outsiders, *revoked):
        phone = world.phone(person.user_id or 0)
        leads = person in {city.city_leader, city.district_leader}  # and may nudge, nothing else
        for data, message in sorted(buttons):
            if leads and data.split(":")[2] == "nudge":
                continue
            await phone.presses_data(data, message)
            assert phone.toast is not None
            assert phone.toast.alert, f"{person.name} pressed {data}"
    assert store.issue(CASE) == issue


async def test_a_clerk_can_not_speak_for_the_reporter(
    goes: Callable[[str], Awaitable[None]], clerk: Phone, worker: Phone, store: FakeStore
) -> None:
    """A word is its own person's, whatever roles somebody else holds."""
    await goes("resolved")
    words = {"confirm", "rate"}
    for data, message in acting(worker):
        if data.split(":")[2] in words:
            await clerk.presses_data(data, message)
            assert clerk.toast is not None
            assert clerk.toast.alert
    assert store.issue(CASE).word is None


async def test_a_freed_account_reads_no_more(
    goes: Callable[[str], Awaitable[None]], city: City, store: FakeStore, clerk: Phone, assignee: Phone
) -> None:
    """Who left, or was revoked, keeps the message; drawn anew it says its number and that it can't be seen."""
    await goes("assigned")
    async with store.begin() as uow:
        await uow.people.save(replace(city.a04, user_id=None, grants=frozenset()))
    await clerk.presses("等级")
    await clerk.presses("A 紧急")
    card = next(shown for shown in assignee.room.shown.values() if "您已无权查看" in shown.text)
    assert "塔吊" not in card.text
    assert card.buttons == []


async def test_revocation_takes_the_buttons_off_the_next_card(
    goes: Callable[[str], Awaitable[None]], city: City, store: FakeStore, clerk: Phone, assignee: Phone
) -> None:
    """The card that is drawn next shows its number only."""
    await goes("assigned")
    await revoke(store, city.a04)
    await clerk.presses("等级")
    await clerk.presses("A 紧急")
    card = next(shown for shown in assignee.room.shown.values() if "已交办" in shown.text)
    assert set(card.buttons) <= {"照片 (1)", "经过 (6)"}
