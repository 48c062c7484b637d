"""The policy as it changes while the bot runs: what is in force is written down, and the admins are told."""

import json
from collections.abc import Sequence
from typing import Any

from bot.domain.ids import ChatId
from bot.domain.journal import Event, Record
from bot.domain.messages import Message
from bot.domain.organisation import Person, Role
from bot.domain.policy import Policy
from bot.services.people.reach import can_be_told
from bot.services.turn import Turn

VERSION, REFUSED, WAITING = "policy_version", "policy_refused", "policy_waiting"  # names of facts
TOLD = 5  # problems a message lists


async def in_force(turn: Turn) -> str:
    """Note that the turn's policy is in force. Returns the version that was before, '' if it is the same or the first.
    Somebody who had another one, or a file that could not be used, is told."""
    known = await turn.uow.facts.get(VERSION)
    mended = await turn.uow.facts.get(REFUSED)
    version = turn.policy.version
    if known == version and not mended:
        return ""
    await turn.uow.facts.put(VERSION, version)
    await turn.uow.facts.put(REFUSED, "")
    if known != version:
        record = Record(Event.POLICY, "policy", turn.now, None, {"version": known}, {"version": version})
        await turn.uow.journal.note(record)
    if known is None:
        return ""
    await _tell(turn, "trouble/policy_changed", version=version, before=known, same=known == version)
    return "" if known == version else known


async def refused(turn: Turn, problems: Sequence[str]) -> bool:
    """A file can't be used: the rules stay as they are, and the admins hear why, once. False if they had heard it."""
    said = json.dumps(list(problems), ensure_ascii=False)
    if await turn.uow.facts.get(REFUSED) == said:
        return False
    await turn.uow.facts.put(REFUSED, said)
    shown = list(problems[:TOLD])
    await _tell(
        turn, "trouble/policy_refused", version=turn.policy.version, problems=shown, more=len(problems) - len(shown)
    )
    return True


async def waits_for_restart(turn: Turn, wanted: Policy) -> bool:
    """Another time zone or language of the file is not in force before a restart: the admins hear so, once. False if nothing
    waits, or they had heard it."""
    names = ("timezone", "language")
    waiting = {name: getattr(wanted, name) for name in names if getattr(wanted, name) != getattr(turn.policy, name)}
    said = json.dumps(waiting, sort_keys=True) if waiting else ""
    if (await turn.uow.facts.get(WAITING) or "") == said:
        return False
    await turn.uow.facts.put(WAITING, said)
    if waiting:
        present = {name: getattr(turn.policy, name) for name in waiting}
        await _tell(turn, "trouble/policy_restart", waiting=waiting, present=present)
    return bool(waiting)


async def troubles(turn: Turn) -> list[str]:
    """Why the newest file is not in force; empty if it is."""
    said = await turn.uow.facts.get(REFUSED)
    return [str(problem) for problem in json.loads(said)] if said else []


async def admins(turn: Turn) -> list[Person]:
    """Who can be told of the office's own affairs: its administrators, or its clerks if there are none."""
    everybody = [person for person in await turn.uow.people.all() if can_be_told(person)]
    for role in (Role.ADMIN, Role.CLERK):
        if found := [person for person in everybody if person.holds(role)]:
            return found
    return []


async def _tell(turn: Turn, kind: str, **facts: Any) -> None:
    for person in await admins(turn):
        if person.user_id is not None:
            await turn.tell(Message(ChatId(person.user_id), kind, facts))
