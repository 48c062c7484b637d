"""What comes after filing: late photos, replies to an issue's card, corrections. Nothing of the original is rewritten."""

from collections.abc import Sequence
from typing import Any

from bot.domain import lifecycle
from bot.domain.draft import Album, Purpose
from bot.domain.errors import IssueUnknown, NotAllowed
from bot.domain.history import Action
from bot.domain.ids import IssueId
from bot.domain.incoming import Incoming
from bot.domain.issue import Issue, Place
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.domain.permissions import may, may_view
from bot.services.issues import cards
from bot.services.turn import Turn

CARD = "added"  # `added:ISSUE:WHAT`: the answer to an addition; an album's siblings share one


async def add(turn: Turn, person: Person, issue_id: IssueId, sent: Incoming, purpose: Purpose) -> Issue:
    """Add one message to an issue and say so. Raises NotAllowed, IssueUnknown."""
    issue = await turn.uow.issues.get(issue_id)
    await _check(turn, person, issue, Action.ADD_EVIDENCE if sent.media else Action.REMARK)
    await remember(turn, issue.id, sent, purpose)
    if sent.media is not None:
        await turn.uow.evidence.add(
            sent.media,
            person.id,
            sent.chat,
            sent.message,
            turn.now,
            issue=issue.id,
            purpose=purpose,
            round=issue.reopened,
        )
    issue = await write(turn, person, issue, sent, media=sent.media is not None)
    await turn.tell(await _answer(turn, issue, sent))
    return issue


async def remember(turn: Turn, issue: IssueId, sent: Incoming, purpose: Purpose) -> None:
    """Where the message and its album belong, for good: its later siblings, its edits, and replies to it follow."""
    for group in filter(None, (sent.media_group, _alone(sent))):
        await turn.uow.drafts.join_album(Album(sent.chat, group, issue=issue, purpose=purpose))


async def issue_of(turn: Turn, sent: Incoming) -> IssueId | None:
    """The issue this very message was added to."""
    album = await turn.uow.drafts.album(sent.chat, _alone(sent))
    return album.issue if album is not None else None


def _alone(sent: Incoming) -> str:
    """A message as an album of its own."""
    return f"message:{sent.message}"


async def write(turn: Turn, person: Person, issue: Issue, sent: Incoming, *, media: bool) -> Issue:
    """One line of history for an addition; every card of the issue follows. Words too late for an album without any
    become its text."""
    action = Action.ADD_EVIDENCE if media else Action.REMARK
    changed: dict[str, Any] = {}
    if media and sent.text and not issue.description and issue.reporter == person.id:
        changed["description"] = sent.text
    if sent.place is not None and issue.place is None:
        changed["place"] = sent.place
    change = lifecycle.step(issue, action, person.id, turn.now, words=_words(sent), **changed)
    await turn.uow.issues.save(change)
    await cards.refresh(turn, issue.id)
    return change.issue


async def correct(turn: Turn, person: Person, issue_id: IssueId, sent: Incoming) -> Issue:
    """An edited message of a filed issue: a remark; the original stays. Raises as `add`."""
    issue = await turn.uow.issues.get(issue_id)
    await _check(turn, person, issue, Action.REMARK)
    issue = await write(turn, person, issue, sent, media=False)
    facts = {"issue": issue.id, "number": issue.number}
    await turn.tell(Message(sent.chat, "report/corrected", facts, card=f"{CARD}:{issue.id}:edit{sent.message}"))
    return issue


async def _check(turn: Turn, person: Person, issue: Issue, action: Action) -> None:
    standing = await turn.uow.issues.standing(issue.id)
    if not may_view(person, standing):
        raise IssueUnknown(number=issue.number)
    if not may(person, action, standing):
        raise NotAllowed(action=action.value)


async def _answer(turn: Turn, issue: Issue, sent: Incoming) -> Message:
    facts = {
        "issue": issue.id,
        "number": issue.number,
        "files": len(await turn.uow.evidence.of_issue(issue.id)),
        "closed": not issue.is_open,
    }
    return Message(sent.chat, "report/added", facts, card=f"{CARD}:{issue.id}:{sent.media_group or sent.message}")


def _words(sent: Incoming) -> str:
    """What the line of history says."""
    return "\n".join(_parts(sent.text, sent.place))


def _parts(text: str, place: Place | None) -> Sequence[str]:
    where = f"📍 {place.latitude:.6f}, {place.longitude:.6f} {place.title}".strip() if place else ""
    return [part for part in (text.strip(), where) if part]
