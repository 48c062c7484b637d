"""What a group was opened to: no data before a person with the right has bound it, nothing outside its scopes after."""

from bot.domain.errors import GroupUnbound, OutsideGroup
from bot.domain.ids import ChatId
from bot.domain.issue import Standing
from bot.domain.permissions import covers
from bot.ports import Subscription
from bot.services.turn import Turn


async def of(turn: Turn, chat: ChatId) -> list[Subscription]:
    """At least one, in the order of its topics. Raises GroupUnbound."""
    found = [one for one in await turn.uow.subscriptions.all() if one.chat == chat]
    if not found:
        raise GroupUnbound
    return found


async def check(turn: Turn, chat: ChatId, standing: Standing, given: str) -> None:
    """Whether an issue that stands there may be shown to the group. Raises GroupUnbound, OutsideGroup (about `given`)."""
    if not any(covers(one.scope, standing) for one in await of(turn, chat)):
        raise OutsideGroup(given=given)
