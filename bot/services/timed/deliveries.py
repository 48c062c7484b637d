"""What became of a timed message once it was sent (domain.md: each rung with proof of delivery)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.ids import PersonId
from bot.domain.messages import Message
from bot.services.timed import undelivered
from bot.services.turn import Turn

_WHOLE = "whole"


async def arrived(turn: Turn, message: Message) -> None:
    """Telegram has taken it (the first part of it, if it took several)."""
    proof = _whole(message).facts.get("proof")
    if proof is not None:
        await turn.uow.agenda.arrived(PersonId(proof["person"]), datetime.fromisoformat(proof["at"]), turn.now)


async def blocked(turn: Turn, message: Message) -> None:
    """Telegram refused it for good, and the person counts as unreachable by now: whoever comes next is told instead."""
    await undelivered.blocked(turn, _whole(message))


def first_part(message: Message) -> Mapping[str, Any]:
    """What the first part of a message that takes several calls has to know of the whole."""
    timed = message.kind.startswith("timed/")
    return {_WHOLE: {"kind": message.kind, "facts": dict(message.facts)}} if timed else {}


def _whole(message: Message) -> Message:
    whole = message.facts.get(_WHOLE)
    return message if whole is None else replace(message, kind=whole["kind"], facts=whole["facts"])
