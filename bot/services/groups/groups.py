"""Groups: what the bot says when it is added, and who may open which part of the ledger to one (conversations.md: Groups)."""

from dataclasses import replace
from typing import Any

from bot.domain.errors import NotAllowed, WordsMissing
from bot.domain.ids import ChatId
from bot.domain.journal import Event, Record
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.domain.permissions import Access, may_bind, may_use
from bot.ports import Subscription
from bot.services.digests import digests
from bot.services.digests.weekly import next_weekly
from bot.services.people import bound, scopes
from bot.services.turn import Turn

EXAMPLE = "/subscribe city fri 16:00"


async def joined(turn: Turn, chat: ChatId, kind: str, title: str, *, sees_all: bool, may_write: bool = True) -> None:
    """Say what is seen here, and wait: no data before a person with the right has bound the group.

    `sees_all`: privacy mode is off, or the bot is an admin here (Bot API: privacy mode).
    """
    await turn.uow.chats.seen(chat, kind, title)
    if may_write:
        await turn.tell(Message(chat, "groups/hello", {"sees_all": sees_all, "days": turn.policy.inbox_days}))


async def left(turn: Turn, chat: ChatId) -> None:
    """The bot was removed: the group gets nothing any more, and has to be bound anew."""
    await turn.uow.subscriptions.remove(chat)
    await turn.uow.desks.end(chat)
    await turn.uow.chats.gone(chat, "removed")


async def subscribe(turn: Turn, person: Person, chat: ChatId, topic: int | None, words: str) -> Subscription:
    """Send the weekly digest of a scope to this group (into this topic), from the next moment on.

    Raises NotAllowed, WordsMissing, ScopeMalformed, UnitUnknown, ProjectUnknown.
    """
    _check(may_use(person, Access.BIND_GROUP))
    if not words.strip():
        raise WordsMissing(command="/subscribe", example=EXAMPLE)
    wish = scopes.parse_wish(words, turn.policy.digest)
    scope = await scopes.resolve(turn, wish.scope)
    _check(may_bind(person, scope))
    moment = wish.moment
    next_at = next_weekly(moment, turn.calendar, turn.now)
    clock = moment.at
    subscription = Subscription(chat, topic, scope, moment.weekday, clock.hour, clock.minute, next_at, person.id)
    await turn.uow.subscriptions.put(subscription)
    await _note(turn, person, Event.SUBSCRIBE, chat, scope=str(scope))
    await turn.tell(Message(chat, "groups/subscribed", await _facts(turn, subscription), topic=topic))
    return subscription


async def use_topic(turn: Turn, person: Person, chat: ChatId, topic: int | None) -> Subscription:
    """From the next digest on the group's goes into this topic (None: General). Of several, the one outside topics, else of
    the oldest topic; one that is here already stays. Raises NotAllowed, GroupUnbound."""
    _check(may_use(person, Access.BIND_GROUP))
    all_here = await bound.of(turn, chat)
    chosen = next((one for one in all_here if one.topic == topic), all_here[0])
    _check(may_bind(person, chosen.scope))
    moved = replace(chosen, topic=topic, by=person.id)
    if moved.topic != chosen.topic:
        await turn.uow.subscriptions.remove(chat)
        for one in all_here:
            await turn.uow.subscriptions.put(moved if one == chosen else one)
        await _note(turn, person, Event.SUBSCRIBE, chat, scope=str(moved.scope), topic=str(topic or 0))
    facts = {**await _facts(turn, moved), "moved": moved.topic != chosen.topic}
    await turn.tell(Message(chat, "groups/topic", facts, topic=topic))
    return moved


async def _facts(turn: Turn, subscription: Subscription) -> dict[str, Any]:
    moment = digests.moment_of(subscription)
    return {
        "scope": subscription.scope.kind.value,
        "name": await digests.name_of(turn, subscription.scope),
        "weekday_number": moment.weekday,  # Monday is 0
        "at": f"{moment.at:%H:%M}",
        "next_at": subscription.next_at.isoformat(),
    }


async def unsubscribe(turn: Turn, person: Person, chat: ChatId, topic: int | None) -> bool:
    """Stop the digests of this group, of all its topics; False if there were none. Raises NotAllowed."""
    _check(may_use(person, Access.BIND_GROUP))
    here = [one for one in await turn.uow.subscriptions.all() if one.chat == chat]
    _check(all(may_bind(person, one.scope) for one in here))
    removed = await turn.uow.subscriptions.remove(chat)
    if removed:
        await _note(turn, person, Event.UNSUBSCRIBE, chat)
    await turn.tell(Message(chat, "groups/unsubscribed", {"was": removed}, topic=topic))
    return removed


async def _note(turn: Turn, person: Person, event: Event, chat: ChatId, **after: str) -> None:
    await turn.uow.journal.note(Record(event, f"chat:{chat}", turn.now, person.id, {}, after))


def _check(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed(action=Access.BIND_GROUP.value)
