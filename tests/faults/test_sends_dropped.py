"""Scenario 3: answers lost after acceptance, connections refused, 502s. Nothing is lost, and copies stay bounded."""

import random

from bot.domain.ids import ChatId, MessageId
from bot.domain.messages import Message, OutboxState, Priority
from tests.faults.conftest import Record, Scale
from tests.faults.postbox import BOUNDLESS, Desk, Postbox, a_desk, serving

CLASSES = {
    "confirmation": Priority.ANSWER,
    "reminder": Priority.REMINDER,
    "digest": Priority.DIGEST,
    "edit": Priority.ANSWER,
    "toast": Priority.TOAST,
}
MOST = {"confirmation": 3, "reminder": 3, "digest": 3, "toast": 1}
CHATS = 400


async def queued(desk: Desk, sends: int, dice: random.Random) -> dict[str, str]:
    """So many of all classes, to some of the same people; each one's class by its words."""
    found = {}
    async with desk.turns.begin() as turn:
        for number in range(sends):
            kind = dice.choices([*CLASSES], [50, 20, 10, 12, 8])[0]
            words, chat = f"{kind} {number}", ChatId(dice.randrange(1, CHATS))
            facts, more = {"text": words}, {}
            if kind == "edit":
                more = {"card": f"issue:{number}"}
                await turn.uow.cards.put(chat, more["card"], MessageId(10_000_000 + number))
            template = {"edit": "card", "toast": "toast/done"}.get(kind, "say")
            facts |= {"query": str(number)} if kind == "toast" else {}
            await turn.tell(Message(chat, template, facts, CLASSES[kind], **more))
            found[words] = kind
    return found


async def test_nothing_is_lost_and_copies_are_bounded(
    database: str, dice: random.Random, scale: Scale, record: Record
) -> None:
    """3,000 sends: 10 % of the answers dropped, 5 % of the connections refused, 5 % answered 502."""
    async with (
        serving(Postbox(dice, drops=0.1, fails=0.05)) as box,
        a_desk(database, box, dice, refused=0.05, limits=BOUNDLESS) as desk,
    ):
        kinds = await queued(desk, scale(400, 3000), dice)
        await desk.drained(scale(60, 300))
        listed, counted = await desk.listed(), await desk.counted()
    words = {row.message.facts["text"]: row.state for row in listed}
    lost = [text for text in kinds if not box.taken[text] and text not in words]
    assert lost == []
    copies = [text for text, kind in kinds.items() if kind in MOST and box.taken[text] > MOST[kind]]
    assert copies == [], "sent more often than its class may be"
    assert all(box.taken[text] for text, kind in kinds.items() if kind == "edit"), "an edit goes as often as needed"
    for state in (OutboxState.UNKNOWN, OutboxState.DEAD):
        assert counted[state] == sum(row.state is state for row in listed)
    twice = sum(count - 1 for text, count in box.taken.items() if count > 1 and kinds[text] != "edit")
    ambiguous = sum(row.state is OutboxState.UNKNOWN for row in listed)
    record(f"{len(kinds)} sends: 0 lost, {twice} copies, {ambiguous} ambiguous and listed")
