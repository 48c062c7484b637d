"""The names things go by. Codes come from the office's sheets; the integers are ours."""

from typing import NewType

PersonId = NewType("PersonId", int)
UnitCode = NewType("UnitCode", str)
ProjectCode = NewType("ProjectCode", str)
IssueId = NewType("IssueId", int)
DraftId = NewType("DraftId", int)
MediaId = NewType("MediaId", int)
ChatId = NewType("ChatId", int)  # Telegram's; negative for groups
MessageId = NewType("MessageId", int)  # Telegram's; unique within a chat
UserId = NewType("UserId", int)  # Telegram's numeric account id, the only thing authority rests on

LEFT_BEHIND = 1 << 40
"""Taken off a message's id when its group becomes a supergroup: the message stays behind, and numbers begin anew there. What
it showed or gave is still known, in the same order, and no number of the new chat is ever taken for it."""
