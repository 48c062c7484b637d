"""Counts what becomes of our calls, between the courier and the gateway."""

import re
from collections import Counter

from bot.domain.ids import ChatId, MessageId
from bot.telegram.calls import Content, Outcome, SendRich, SendText, Target
from bot.telegram.delivery import Speaker


class Counted:
    """A speaker whose outcomes are counted by name: sent, retry_later (a 429), ambiguous…"""

    def __init__(self, speaker: Speaker, sends: Counter[str]) -> None:
        self._speaker = speaker
        self._sends = sends

    async def send(self, target: Target, content: Content) -> Outcome:
        """As the speaker does."""
        return self._count(await self._speaker.send(target, content))

    async def edit(self, chat: ChatId, message: MessageId, content: SendText | SendRich) -> Outcome:
        """As the speaker does."""
        return self._count(await self._speaker.edit(chat, message, content))

    def _count(self, outcome: Outcome) -> Outcome:
        self._sends[re.sub(r"(?<=.)([A-Z])", r"_\1", type(outcome).__name__).lower()] += 1
        return outcome
