"""Menus: each is set once, and who can't have one keeps nobody else from theirs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.organisation import Person
from bot.services.turns import Turns
from bot.telegram import menus
from bot.telegram.calls import Blocked, CallFailed, NotSent, Outcome
from bot.telegram.menus import Menus
from tests.builders import City, a_city


class Publisher:
    """Remembers whose menus it set; fails for some as told by a test."""

    def __init__(self) -> None:
        self.set: list[int | str] = []
        self.fails: dict[int | str, Outcome] = {}

    async def set_commands(
        self, commands: list[tuple[str, str]], scope: Mapping[str, Any], language: str | None = None
    ) -> None:
        whose = scope.get("chat_id", scope["type"])
        if whose in self.fails:
            raise CallFailed(self.fails[whose])
        self.set.append(whose)


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Publisher:
    """Without a pause between two calls."""
    monkeypatch.setattr(menus, "BREATH_SECONDS", 0)
    return Publisher()


@pytest.fixture
async def city(turns: Turns) -> City:
    """People with accounts."""
    async with turns.begin() as turn:
        return await a_city(turn.uow)


async def _save(turns: Turns, person: Person) -> None:
    async with turns.begin() as turn:
        await turn.uow.people.save(person)


async def test_each_menu_is_set_once(turns: Turns, city: City, publisher: Publisher) -> None:
    """Everybody's and each person's own; by the next process neither."""
    assert await Menus(turns, publisher).step() == len(publisher.set)
    assert {city.clerk.user_id, city.reporter.user_id, "all_private_chats", "all_group_chats"} <= {*publisher.set}
    assert await Menus(turns, publisher).step() == 0


async def test_who_blocked_us_keeps_nobody_from_theirs(turns: Turns, city: City, publisher: Publisher) -> None:
    """They are left alone, until they were away and are back."""
    gone = replace(city.clerk, reachable=True)
    publisher.fails[gone.user_id or 0] = Blocked("Forbidden: bot was blocked by the user")
    working = Menus(turns, publisher)
    await working.step()
    assert city.reporter.user_id in publisher.set
    assert await working.step() == 0
    publisher.fails.clear()
    for reachable in (False, True):
        await _save(turns, replace(gone, reachable=reachable))
        await working.step()
    assert publisher.set[-1] == gone.user_id


async def test_what_passes_is_tried_again(turns: Turns, city: City, publisher: Publisher) -> None:
    """As soon as Telegram is back, from where it was left."""
    publisher.fails[city.clerk.user_id or 0] = NotSent("no route")
    working = Menus(turns, publisher)
    with pytest.raises(CallFailed):
        await working.step()
    publisher.fails.clear()
    assert await working.step() > 0
    assert len(publisher.set) == len({*publisher.set}) + 4  # everybody's are set in three languages
