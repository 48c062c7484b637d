"""Every button pressed and every command sent as every role, member and outsider, in private and in groups, before and after
access is revoked: what the matrix does not allow changes nothing, shows nothing, and is answered."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiogram.types import Update

from bot.domain.calendar import Calendar
from bot.domain.commands import COMMANDS
from bot.domain.errors import Refused
from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId, UserId
from bot.domain.issue import Standing
from bot.domain.organisation import Person
from bot.domain.permissions import COMMANDS as ROLES
from bot.domain.permissions import Access, may, may_use, may_view
from bot.domain.policy import Policy
from bot.services.office import roster
from bot.services.turn import Turn
from bot.telegram.buttons import OfIssue
from bot.telegram.composer import Composer, collect_loaders
from bot.telegram.dispatching import Ear
from bot.telegram.processor import Processor
from bot.telegram.rendering import Renderer
from bot.telegram.spreadsheets import Spreadsheets
from handlers import build_router
from handlers.refusals import refuse
from tests.builders import City, a_guest, a_person
from tests.fakes import FakeClock, FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import BOT_ID, BOT_NAME, Phone
from tests.handlers.screens import Room, Shown
from tests.handlers.test_ledger import Folder
from tests.permissions_page import PAGE, page

WORDS = "三号塔吊停电很久了"  # of the issue; who may not see it never reads them
NOT_FOR_YOU = {"NotAllowed", "NotYours", "IssueUnknown", "Stranger", "Retired"}
GROUP_ANSWERS = {*NOT_FOR_YOU, "PrivateOnly", "GroupOnly", "GroupUnbound", "OutsideGroup", "CommandUnknown"}


class Watched(World):
    """A world that remembers why it refused."""

    def __init__(self, store: FakeStore, policy: Policy, calendar: Calendar, clock: FakeClock) -> None:
        super().__init__(store, policy, calendar, clock)
        self.store = store
        self.refused: list[str] = []
        files = {"ledger/file": Spreadsheets(Folder(), "zh").load}
        self.composer = Composer(Renderer(calendar.zone, policy.language), collect_loaders() | files)
        self.processor = Processor(self.turns, Ear(build_router(), BOT_ID, BOT_NAME), self._refuse, BOT_ID)

    async def _refuse(self, turn: Turn, update: Update, person: Person | None, error: Refused) -> None:
        self.refused.append(error.reason)
        await refuse(turn, update, person, error)

    def ledger(self) -> tuple[Any, ...]:
        """All that a press might change and a wrong one must not."""
        tables = self.store.tables
        people = {number: (person.grants, person.user_id) for number, person in tables.people.items()}
        bound = dict(tables.subscriptions), dict(tables.desks), dict(tables.claims)
        return dict(tables.issues), dict(tables.history), people, *bound, dict(tables.invitations)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever happens inside is forgotten: the next one presses in the same world."""
        tables = self.store._committed.snapshot()
        rooms = {number: {**room.shown} for number, room in self.rooms.items()}
        try:
            yield
        finally:
            self.store._committed = tables
            self.refused.clear()
            for number, room in self.rooms.items():
                room.shown = rooms.get(number, {})


@dataclass(frozen=True)
class Somebody:
    """A person (None: a stranger) and their phone."""

    name: str
    person: Person | None
    phone: Phone


@pytest.fixture
def world(store: FakeStore, city: City, policy: Policy, calendar: Calendar, clock: FakeClock) -> Watched:
    """The bot, and a pretend Telegram around it."""
    return Watched(store, policy, calendar, clock)


@pytest.fixture
async def everybody(world: Watched, city: City) -> list[Somebody]:
    """Every role with the issue in its scope and without, a guest, one who left, and a stranger."""
    others = {
        "reporter of another company": a_person("R09", "外人", "reporter:unit:U10", user_id=UserId(4009)),
        "clerk of another district": a_person("E09", "外区专班", "clerk:district:翔安区", user_id=UserId(1009)),
        "left": replace(a_person("E08", "走了", "clerk:city", user_id=UserId(1008)), left=True),
        "guest": a_guest(9009, "访客"),
    }
    async with world.turns.begin() as turn:
        added = {name: await turn.uow.people.add(person) for name, person in others.items()}
    twins = {"H03", "A03"}  # of H02 and A02
    people = {**{person.code or "": person for person in city.everybody() if person.code not in twins}, **added}
    found = [Somebody(name, person, world.phone(person.user_id or 0, person.name)) for name, person in people.items()]
    return [*found, Somebody("stranger", None, world.phone(99_999, "路人"))]


async def reported(world: Watched, city: City) -> IssueId:
    """An issue just reported by R01 at P002."""
    worker = world.phone(int(city.reporter.user_id or 0), "小王")
    await worker.opens("c_card-P002")
    await worker.sends(WORDS)
    await worker.presses("提交")
    return IssueId(1)


STEPS: dict[str, tuple[tuple[str, ...], ...]] = {  # state → what is pressed by whom to get there (issue 1)
    "reported": (),
    "assigned": (("clerk", "register"), ("clerk", "name_unit", "U04"), ("clerk", "assign", "p.{a04}")),
    "accepted": (
        ("clerk", "register"),
        ("clerk", "name_unit", "U04"),
        ("clerk", "assign", "p.{a04}"),
        ("a04", "accept"),
    ),
}


async def brought_to(world: Watched, city: City, state: str) -> Standing:
    """Walk the issue to a state by presses."""
    issue = await reported(world, city)
    for who, do, *arg in STEPS[state]:
        person: Person = getattr(city, who)
        phone = world.phone(int(person.user_id or 0), person.name)
        await phone.sends("/issue XM-2026-0001")
        value = arg[0].format(a04=city.a04.id) if arg else ""
        await phone.presses_data(OfIssue(issue=issue, do=do, arg=value).pack(), phone.last().id)
    assert world.refused == []
    assert world.store.issue("XM-2026-0001").status == state
    async with world.turns.read() as turn:
        return await turn.uow.issues.standing(issue)


async def buttons(world: Watched, everybody: list[Somebody]) -> list[str]:
    """Everything anybody can press about the issue: on their cards, in the choosers behind them, and every move by name."""
    found: set[str] = {OfIssue(issue=1, do=do).pack() for do in (*(action.value for action in Action), "take_over")}
    for somebody in everybody:
        with world.undone():
            await somebody.phone.sends("/issue XM-2026-0001")
            data = set(_data(somebody.phone.room))
            for one in sorted(data):
                if one.startswith("i:1:menu:"):
                    await somebody.phone.presses_data(one, somebody.phone.last().id)
                    data |= set(_data(somebody.phone.room))
            found |= data
    return sorted(one for one in found if one.startswith("i:1:"))


def _data(room: Room) -> Iterator[str]:
    shown: Shown
    for shown in room.shown.values():
        for key in itertools.chain.from_iterable(shown.keyboard):
            if "callback_data" in key:
                yield key["callback_data"]


def allowed(somebody: Somebody, data: str, standing: Standing) -> bool:
    """What the matrix says of a press."""
    person, do = somebody.person, OfIssue.unpack(data).do
    if person is None or person.left or not may_view(person, standing):
        return False
    if do == "take_over":
        return may(person, Action.CATEGORISE, standing)
    return may(person, Action(do), standing) if do in set(Action) else True


async def press(world: Watched, somebody: Somebody, data: str, room: Room | None = None) -> None:
    """Press it under some message of the bot."""
    room = room or somebody.phone.room
    await somebody.phone.presses_data(data, max(room.shown, default=1), room)


@pytest.mark.parametrize("state", STEPS)
async def test_every_button_as_everybody(world: Watched, city: City, everybody: list[Somebody], state: str) -> None:
    """Not allowed: refused, nothing changed, nothing read. Allowed: never refused for who one is."""
    standing = await brought_to(world, city, state)
    pressed = await buttons(world, everybody)
    assert len(pressed) > len(Action)
    for somebody, data in itertools.product(everybody, pressed):
        before = world.ledger()
        with world.undone():
            await press(world, somebody, data)
            what = f"{somebody.name} pressed {data} ({state}): {world.refused}"
            if allowed(somebody, data, standing):
                assert not set(world.refused) & NOT_FOR_YOU, what
            else:
                assert world.ledger() == before, what
                assert somebody.phone.toast is not None, what
                if OfIssue.unpack(data).do in set(Action):
                    assert set(world.refused) <= {*NOT_FOR_YOU, "IllegalMove"}, what
            if somebody.person is None or not may_view(somebody.person, standing):
                assert WORDS not in somebody.phone.heard, what


async def test_every_button_in_a_group(world: Watched, city: City, everybody: list[Somebody], clerk: Phone) -> None:
    """Whoever presses is checked there too: what hangs in a group carries nobody's authority."""
    standing = await brought_to(world, city, "assigned")
    pressed = [one for one in await buttons(world, everybody) if OfIssue.unpack(one).do in set(Action)]
    group = world.group("项目群")
    await clerk.adds_bot(group)
    await clerk.sends("/subscribe district 海沧区", room=group)
    await clerk.sends("/issue XM-2026-0001", room=group)
    await clerk.sends("/desk", room=group)
    for somebody, data in itertools.product(everybody, pressed):
        before = world.ledger()
        with world.undone():
            await press(world, somebody, data, group)
            what = f"{somebody.name} pressed {data} in the group: {world.refused}"
            if not allowed(somebody, data, standing):
                assert world.ledger() == before, what


async def test_nothing_after_access_is_revoked(world: Watched, city: City, everybody: list[Somebody]) -> None:
    """From the next press on: every button that person had does nothing, every command answers a stranger."""
    await brought_to(world, city, "accepted")
    pressed = await buttons(world, everybody)
    for somebody in everybody:
        if (
            somebody.person is None
            or somebody.person.left
            or not somebody.person.grants
            or somebody.person.id == city.admin.id
        ):
            continue
        with world.undone():
            async with world.turns.begin() as turn:
                who = await turn.uow.people.get(somebody.person.id)
                await turn.uow.people.save(replace(who, unit=city.clerk.unit))
                await roster.revoke(turn, city.admin, ChatId(1002), who.id)
            await world.deliver()
            before = world.ledger()
            for data in pressed:
                await press(world, somebody, data)
                assert world.ledger() == before, f"{somebody.name} pressed {data} after the access was revoked"
                assert WORDS not in somebody.phone.heard
            await somebody.phone.sends("/issue XM-2026-0001")
            await somebody.phone.sends("/desk")
            assert WORDS not in somebody.phone.heard


async def test_every_command_as_everybody(world: Watched, city: City, everybody: list[Somebody]) -> None:
    """In private: who may not use it is refused or not known; who may is answered; outsiders read nothing of the ledger."""
    standing = await brought_to(world, city, "assigned")
    for somebody, command in itertools.product(everybody, COMMANDS):
        before = world.ledger()
        with world.undone():
            await somebody.phone.sends(_with_words(command.name))
            what = f"{somebody.name} sent /{command.name}: {world.refused} {somebody.phone.heard[:80]}"
            known = somebody.person is not None and not somebody.person.left
            may_use_it = known and (command.access is None or may_use(somebody.person, command.access))  # type: ignore[arg-type]
            assert world.ledger() == before, what
            if may_use_it and command.private and command.name not in {"issue"}:
                assert not set(world.refused) & NOT_FOR_YOU, what
            elif not may_use_it:
                assert set(world.refused) & GROUP_ANSWERS or not known, what
            if somebody.person is None or not may_view(somebody.person, standing):
                assert WORDS not in somebody.phone.heard, what


@pytest.mark.parametrize("bound", [False, True])
async def test_every_command_in_a_group(
    world: Watched, city: City, everybody: list[Somebody], clerk: Phone, *, bound: bool
) -> None:
    """Nothing of the ledger before somebody with the right has bound it, and nothing outside its scope after; who may not
    bind it changes nothing."""
    await brought_to(world, city, "assigned")
    group = world.group("别区群")
    await clerk.adds_bot(group)
    if bound:
        await clerk.sends("/subscribe district 翔安区", room=group)
    for somebody, command in itertools.product(everybody, COMMANDS):
        before = world.ledger()
        with world.undone():
            await somebody.phone.sends(_with_words(command.name), room=group)
            what = f"{somebody.name} sent /{command.name} in a group: {world.refused}"
            assert WORDS not in "\n".join(group.heard), what
            person = somebody.person
            access = command.asks(group=True)
            if person is None or (access is not None and not may_use(person, access)):
                assert world.ledger() == before, what


def _with_words(name: str) -> str:
    words = {"issue": "XM-2026-0001", "find": "塔吊", "subscribe": "city fri 16:00"}
    return f"/{name} {words.get(name, '')}".strip()


def test_every_command_has_its_row() -> None:
    """The matrix and the list of commands speak of the same accesses."""
    assert {command.access for command in COMMANDS if command.access} <= set(ROLES)
    assert set(ROLES) <= set(Access)


def test_the_page_is_up_to_date() -> None:
    """docs/permissions.md says what the code does: `python -m tests.permissions_page` writes it anew."""
    assert PAGE.read_text("utf-8") == page()
