"""The doctor at the group that is the desk: what the office wants of it, and what it lets the bot do."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.cli.findings import Finding, note, ok, red
from bot.ports import Desk, DeskTopic, UnitOfWork
from bot.services.desk.desk_cases import TRIES
from bot.telegram.calls import CallFailed, Group
from bot.telegram.gateway import Gateway

_ADMIN = "Let an administrator of the group make the bot one, with the rights “Manage topics” and “Pin messages”."
LISTED = 5


@dataclass(frozen=True, slots=True)
class DeskGroup:
    """What the ledger knows of the group. `topics`: as the policy has it ('issue', 'category', 'none')."""

    desk: Desk | None
    unopened: list[DeskTopic]
    topics: str


async def read_desk_group(uow: UnitOfWork, topics: str) -> DeskGroup:
    """From the ledger."""
    desk = await uow.desks.desk()
    unopened = [] if desk is None else await uow.desks.topics(desk.chat, unopened=True)
    return DeskGroup(desk, unopened, topics)


async def check_desk_group(gateway: Gateway, known: DeskGroup) -> Finding:
    """Asks Telegram where there is such a group."""
    if known.desk is None:
        return ok("desk_group", "no group is the desk: clerks get new cases in private (/desk in a group makes it one)")
    try:
        group = await gateway.group(known.desk.chat)
    except CallFailed as failed:
        says = f"the group {known.desk.chat} can't be looked at: {failed}"
        return red(
            "desk_group", says, "If the bot was removed, add it again and send /desk there, or in another group."
        )
    if troubles := [*_troubles(known, group)]:
        found, advice = "; ".join(said for said, _ in troubles), dict.fromkeys(help_ for _, help_ in troubles)
        return note("desk_group", f"{group.title}: {found}", " ".join(advice))
    may = "its topics are managed and cards pinned" if known.topics != "none" else "no topics are wanted"
    return ok("desk_group", f"{group.title} is the desk; {may}")


def _troubles(known: DeskGroup, group: Group) -> Iterator[tuple[str, str]]:
    """What is said, and what to do."""
    if known.topics == "none":
        return
    if not group.forum:
        wants = f'the policy wants topics ([desk] topics = "{known.topics}"), and the group has none'
        yield wants, 'Turn topics on in the group\'s settings and send /desk there once more, or set topics to "none".'
        return
    if known.desk is not None and not known.desk.forum:
        yield "it has topics now, which it had not when it became the desk", "Send /desk there once more."
    if not group.admin:
        yield "the bot is no administrator there: cases come to General, unpinned", _ADMIN
        return
    if not group.topics:
        yield "the bot may not manage topics: new cases come to General", _ADMIN
    if not group.pins:
        yield "the bot may not pin messages", _ADMIN
    if known.unopened:
        names = ", ".join(topic.name for topic in known.unopened[:LISTED])
        given_up = any(topic.tries >= TRIES for topic in known.unopened)
        advice = (
            "Send /desk there once more: it is tried again." if given_up else "A bot that runs opens them by itself."
        )
        yield f"{len(known.unopened)} topics are not open ({names})", advice
