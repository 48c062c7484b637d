"""What a group was opened to: no data before a person with the right has bound it, nothing outside its scopes after."""

from collections.abc import Sequence

from bot.domain.errors import GroupUnbound, OutsideGroup
from bot.domain.ids import ChatId, IssueId
from bot.domain.issue import Standing
from bot.domain.organisation import CITY, Scope
from bot.domain.permissions import covers
from bot.ports import Subscription
from bot.services.turn import Turn


async def of(turn: Turn, chat: ChatId) -> list[Subscription]:
    """At least one, in the order of its topics. Raises GroupUnbound."""
    found = [one for one in await turn.uow.subscriptions.all() if one.chat == chat]
    if not found:
        raise GroupUnbound
    return found


async def scopes(turn: Turn, chat: ChatId) -> list[Scope]:
    """What it was opened to: the desk's group reads the whole city, bound or not. Raises GroupUnbound."""
    if chat == await turn.uow.desks.chat():
        return [CITY]
    return [one.scope for one in await of(turn, chat)]


async def may_show(turn: Turn, chat: ChatId, standing: Standing) -> bool:
    """Whether the group may read of an issue that stands there. Raises GroupUnbound."""
    return any(covers(scope, standing) for scope in await scopes(turn, chat))


async def check(turn: Turn, chat: ChatId, standing: Standing, given: str) -> None:
    """The same as a refusal. Raises GroupUnbound, OutsideGroup (about `given`)."""
    if not await may_show(turn, chat, standing):
        raise OutsideGroup(given=given)


async def still_open(turn: Turn, chats: Sequence[ChatId], issue: IssueId) -> list[ChatId]:
    """Private chats, and the groups that may read of the issue now: what hangs in another is not drawn any more."""
    groups = [chat for chat in chats if chat < 0]
    if not groups:
        return list(chats)
    standing, desk = await turn.uow.issues.standing(issue), await turn.uow.desks.chat()
    may = {one.chat for one in await turn.uow.subscriptions.all() if covers(one.scope, standing)} | {desk}
    return [chat for chat in chats if chat > 0 or chat in may]
