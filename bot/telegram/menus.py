"""The menu of commands beside the text field: everybody's, the groups', and each bound person's own by role and language."""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from bot.domain.organisation import Person
from bot.services.people import people
from bot.services.turns import Turns
from bot.telegram.calls import Blocked, CallFailed, Rejected
from bot.telegram.patience import carrying_on, patiently, woken
from templates.catalogues import Catalogue

log = structlog.get_logger(__name__)

LOOK_SECONDS = 15.0  # how soon a new role shows in the menu
BREATH_SECONDS = 0.1  # between two calls: menus are never urgent
LANGUAGES = ("zh", "en")


class Publisher(Protocol):
    """Sets a menu; the gateway does."""

    async def set_commands(
        self, commands: list[tuple[str, str]], scope: Mapping[str, Any], language: str | None = None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Menu:
    """One call of setMyCommands. `fact` is the name its digest is remembered by."""

    fact: str
    commands: list[tuple[str, str]]
    scope: Mapping[str, Any]
    language: str | None = None

    @property
    def digest(self) -> str:
        """Changes when the menu does."""
        return hashlib.sha256(json.dumps([self.commands, self.language]).encode()).hexdigest()[:16]


class Menus:
    """Compares what the menus should be with what was last set, and sets those that differ."""

    def __init__(self, turns: Turns, publisher: Publisher, office_language: str = "zh") -> None:
        self._turns = turns
        self._publisher = publisher
        self._office = office_language
        self._catalogues = {language: Catalogue.load(language) for language in LANGUAGES}
        self._stopping = asyncio.Event()
        self._refused: dict[str, str] = {}  # by fact, the digest of what Telegram will not take

    def stop(self) -> None:
        """Set no further menu."""
        self._stopping.set()

    async def run(self) -> None:
        """Until stopped. A menu that can't be set is tried again later."""
        while not self._stopping.is_set():
            with carrying_on("menus.failed"):
                await self._try()
            await woken(self._stopping, LOOK_SECONDS)

    async def _try(self) -> None:
        try:
            await patiently(self.step)
        except CallFailed as error:
            log.warning("menus.failed", error=str(error))

    async def step(self) -> int:
        """Set what differs; how many. Raises CallFailed, StoreUnavailable."""
        differing = await self._differing()
        for menu in differing:
            if self._stopping.is_set():
                break
            if await self._set(menu):
                async with self._turns.begin() as turn:
                    await turn.uow.facts.put(menu.fact, menu.digest)
            await asyncio.sleep(BREATH_SECONDS)
        return len(differing)

    async def _set(self, menu: Menu) -> bool:
        """False if it is not to be had: who blocked us, or is no more, keeps nobody else from theirs. Raises CallFailed."""
        try:
            await self._publisher.set_commands(menu.commands, menu.scope, menu.language)
        except CallFailed as failed:
            if not isinstance(failed.outcome, Blocked | Rejected):
                raise
            log.warning("menus.refused", menu=menu.fact, error=str(failed))
            self._refused[menu.fact] = menu.digest
            return False
        return True

    async def _differing(self) -> list[Menu]:
        async with self._turns.read() as turn:
            wanted = [
                *self._everybodys(),
                *(self._own(one) for one in await turn.uow.people.all() if one.user_id and one.reachable),
            ]
            known = await turn.uow.facts.starting("menu:")
        facts = {menu.fact for menu in wanted}  # who comes back is tried again
        self._refused = {fact: digest for fact, digest in self._refused.items() if fact in facts}
        return [menu for menu in wanted if menu.digest not in (known.get(menu.fact), self._refused.get(menu.fact))]

    def _everybodys(self) -> Iterator[Menu]:
        """In both languages, and in the office's for everybody else's."""
        for scope, group in (("all_private_chats", False), ("all_group_chats", True)):
            for language in (None, *LANGUAGES):
                commands = self._commands(None, language or self._office, group=group)
                yield Menu(f"menu:{scope}:{language or ''}", commands, {"type": scope}, language)

    def _own(self, person: Person) -> Menu:
        commands = self._commands(person, person.language or self._office)
        return Menu(f"menu:{person.user_id}", commands, {"type": "chat", "chat_id": person.user_id})

    def _commands(self, person: Person | None, language: str, *, group: bool = False) -> list[tuple[str, str]]:
        gettext = self._catalogues[language].gettext
        return [(name, gettext(text)) for name, text in people.commands_for(person, group=group)]
