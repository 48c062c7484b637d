"""/digest: the figures as they stand now, shown to who may read them, and sent to the groups they manage."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.errors import NotAllowed
from bot.domain.ids import ChatId
from bot.domain.messages import Message
from bot.domain.organisation import CITY, Person, Scope, ScopeKind
from bot.domain.permissions import COMMANDS, Access, may_bind, may_use
from bot.ports import Subscription
from bot.services.digests.digests import compose, facts_of, message_to, place_of
from bot.services.people import bound
from bot.services.turn import Turn

TOKEN_LIMIT = 50  # bytes: what a button can carry beside its own name (Bot API: 64)
_WIDEST = (ScopeKind.CITY, ScopeKind.DISTRICT, ScopeKind.UNIT, ScopeKind.PROJECT)


async def show(turn: Turn, person: Person, chat: ChatId, scope: Scope | None = None) -> None:
    """The digest as it stands, to the person alone: of their widest scope, or of one they name. Raises NotAllowed."""
    held = scopes_of(person)
    wanted = scope or (held[0] if held else None)
    if wanted is None or not may_read(person, wanted):
        raise NotAllowed(action=Access.DIGEST.value)
    groups = await _groups_of(turn, person, wanted)
    send = _token(wanted, turn.now) if groups else ""
    digest = await compose(turn, wanted)
    facts = facts_of(turn, digest, preview=True, groups=len(groups), send=send)
    await turn.tell(Message(chat, "digest/weekly", facts))


async def show_group(turn: Turn, person: Person, chat: ChatId, topic: int | None) -> None:
    """The digest of the scope this topic was bound to; where it was bound to none, of each that the group was. Raises
    GroupUnbound, NotAllowed."""
    everything = await bound.of(turn, chat)
    own = [one for one in everything if one.topic == topic]
    scopes = [one for one in dict.fromkeys(one.scope for one in own or everything) if may_read(person, one)]
    if not scopes:
        raise NotAllowed(action=Access.DIGEST.value)
    for scope in scopes:
        await turn.tell(Message(chat, "digest/weekly", facts_of(turn, await compose(turn, scope)), topic=topic))


async def send_now(turn: Turn, person: Person, token: str) -> int:
    """Send the digest of each subscribed group in the previewed scope, now; how many groups. One preview sends once.

    Raises NotAllowed.
    """
    scope, made = _read_token(token)
    if scope is None or not may_read(person, scope):
        raise NotAllowed(action=Access.DIGEST.value)
    groups = await _groups_of(turn, person, scope)
    for group in groups:
        facts = facts_of(turn, await compose(turn, group.scope))
        await turn.tell(message_to(group, facts, f"digest-now:{place_of(group)}:{made}"))
    return len(groups)


def scopes_of(person: Person) -> list[Scope]:
    """Whose digests the person may read, widest first."""
    if not may_use(person, Access.DIGEST):
        return []
    held = {grant.scope for grant in person.grants if grant.role in COMMANDS[Access.DIGEST]}
    return sorted(held, key=lambda scope: (_WIDEST.index(scope.kind), scope.value))


def may_read(person: Person, scope: Scope) -> bool:
    """By a role for the whole city, or for exactly this scope."""
    held = scopes_of(person)
    return CITY in held or scope in held


async def _groups_of(turn: Turn, person: Person, scope: Scope) -> Sequence[Subscription]:
    """Those the person may send to: their group's scope is managed by them, and lies in the scope asked for."""
    return [
        subscription
        for subscription in await turn.uow.subscriptions.all()
        if scope in {CITY, subscription.scope} and may_bind(person, subscription.scope)
    ]


def _token(scope: Scope, moment: datetime) -> str:
    """What the button 'send now' says: which scope, previewed when; '' if the name is too long for a button."""
    token = f"{scope.kind}/{scope.value}/{int(moment.timestamp())}"
    return token if len(token.encode()) <= TOKEN_LIMIT and ":" not in token else ""


def _read_token(token: str) -> tuple[Scope | None, str]:
    kind, _, rest = token.partition("/")
    value, _, made = rest.rpartition("/")
    try:
        return Scope(ScopeKind(kind), value), made
    except ValueError:
        return None, made
