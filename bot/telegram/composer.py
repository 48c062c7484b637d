"""A queued message made ready at the moment it is sent: cards read their truth now, everything reads in the chat's language."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from bot import services
from bot.domain.ids import ChatId, UserId
from bot.domain.messages import Message
from bot.domain.organisation import NOBODY, Person
from bot.services.turn import Turn
from bot.telegram.planning import PART, rendered_part
from bot.telegram.rendered import Rendered
from bot.telegram.rendering import Renderer

Loader = Callable[[Turn, Person | None, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""(reading turn, who looks or None in a group, the queued facts) → all that the template needs."""

Expecter = Callable[[Turn, Sequence[tuple[Person | None, Mapping[str, Any]]]], Awaitable[None]]
"""(reading turn, who looks and the queued facts of several messages): what their loader reads for each is read in one go."""


def collect_loaders() -> dict[str, Loader]:
    """Every service's `LOADERS`, by message kind; ValueError if two claim one."""
    return _collected("LOADERS")


def _collected(name: str) -> dict[str, Any]:
    """What the services have under this name."""
    found: dict[str, Any] = {}
    for module in pkgutil.walk_packages(services.__path__, f"{services.__name__}."):
        theirs = getattr(importlib.import_module(module.name), name, {})
        if twice := found.keys() & theirs.keys():
            raise ValueError(f"{name} of {sorted(twice)} are defined twice")
        found.update(theirs)
    return found


class Composer:
    """Facts → words. `loaders` are by kind; a kind without one is shown with the facts it was queued with.
    `long`: kinds that take their time to make ready, and must keep no others waiting."""

    def __init__(
        self, renderer: Renderer, loaders: Mapping[str, Loader] | None = None, long: Collection[str] = ()
    ) -> None:
        self._renderer = renderer
        self.long = frozenset(long)
        self._loaders = collect_loaders() if loaders is None else loaders
        self._expecters: Mapping[str, Expecter] = _collected("EXPECTERS")

    async def expect(self, turn: Turn, messages: Collection[Message]) -> None:
        """These are composed next, in this turn."""
        for kind in {message.kind for message in messages} & self._expecters.keys() & self._loaders.keys():
            alike = [message for message in messages if message.kind == kind]
            await self._expecters[kind](turn, [(await _viewer(turn, one.chat), one.facts) for one in alike])

    async def compose(self, turn: Turn, message: Message) -> Rendered:
        """Raises what the loader or the template raises: such a message can't be sent by anybody."""
        if message.kind == PART:
            return rendered_part(message.facts)
        facts = message.facts
        viewer = await _viewer(turn, message.chat)
        if (loader := self._loaders.get(message.kind)) is not None:
            facts = await loader(turn, viewer, facts)
        # the facts know a stranger's, groups read the office's
        language = facts.get("language") or (viewer.language if viewer else None)
        return self._renderer.render(message.kind, facts, language, rich=turn.policy.rich_messages)


async def _viewer(turn: Turn, chat: ChatId) -> Person | None:
    """The person of a private chat, whose id the chat has: NOBODY once it was theirs and is no more. None in a group."""
    return await turn.uow.people.by_user(UserId(chat)) or NOBODY if chat > 0 else None
