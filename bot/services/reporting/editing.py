"""Edited messages: of a draft they change the draft, of a filed issue they are added as a remark (conversations.md)."""

from dataclasses import replace

from bot.domain.draft import Draft, DraftState, Media, Purpose
from bot.domain.errors import DraftClosed
from bot.domain.ids import IssueId
from bot.domain.incoming import Incoming
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.services.reporting import additions, drafts, reporting
from bot.services.turn import Turn


async def edit(turn: Turn, person: Person, sent: Incoming) -> None:
    """Take over what changed. Telegram also calls it an edit when nothing we keep has changed: then nothing is said.

    Raises DraftClosed for a message of a cancelled draft.
    """
    draft = await turn.uow.drafts.of_message(sent.chat, sent.message)
    if draft is None or draft.person != person.id:
        await _edit_addition(turn, person, sent)
    elif draft.state is DraftState.CANCELLED:
        raise DraftClosed(number="")
    elif draft.issue is not None:
        await _edit_filed(turn, person, draft, draft.issue, sent)
    else:
        await _edit_open(turn, person, draft, sent)


async def _edit_open(turn: Turn, person: Person, draft: Draft, sent: Incoming) -> None:
    kept = replace(sent, media=None)
    if _is_new(sent, await turn.uow.evidence.of_draft(draft.id)):
        kept = replace(sent, media=await reporting.accepted(turn, draft, sent))
    await drafts.show(turn, await reporting.keep(turn, person, draft, kept))


async def _edit_filed(turn: Turn, person: Person, draft: Draft, issue: IssueId, sent: Incoming) -> None:
    """The draft's pieces tell whether the words really changed; the issue keeps its own."""
    after = await turn.uow.drafts.put_piece(draft.id, sent.message, sent.text)
    await _remark(turn, person, issue, sent, changed=after.text != draft.text)


async def _edit_addition(turn: Turn, person: Person, sent: Incoming) -> None:
    """What was sent as an addition knows its issue; a live place that moves on asks for nothing."""
    issue = await additions.issue_of(turn, sent)
    if issue is not None:
        said = {line.entry.words for line in await turn.uow.issues.history(issue)}
        await _remark(turn, person, issue, sent, changed=sent.text.strip() not in said)
    elif sent.text or sent.media:
        await turn.tell(Message(sent.chat, "report/edit_lost", reply_to=sent.message))


async def _remark(turn: Turn, person: Person, issue: IssueId, sent: Incoming, *, changed: bool) -> None:
    if _is_new(sent, await turn.uow.evidence.of_issue(issue)):
        await reporting.add(turn, person, issue, sent, Purpose.REMARK)
    elif changed and sent.text.strip():
        await additions.correct(turn, person, issue, sent)


def _is_new(sent: Incoming, known: list[Media]) -> bool:
    return sent.media is not None and sent.media.file_unique_id not in {media.file_unique_id for media in known}
