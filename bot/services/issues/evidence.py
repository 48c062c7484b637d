"""Files sent for an issue that is filed already: proof of a solution, or what goes with a reason."""

from bot.domain.draft import Album, Purpose
from bot.domain.errors import FileTooBig
from bot.domain.incoming import FILE_LIMIT, Incoming
from bot.domain.issue import Issue
from bot.domain.organisation import Person
from bot.services.telling import refusal
from bot.services.turn import Turn

_MB = 1024 * 1024


def words_of(sent: Incoming) -> str:
    """What a message says: its text, and its place as a line, so that nothing sent is dropped."""
    place = sent.place
    where = f"📍 {place.latitude:.6f}, {place.longitude:.6f} {place.title}".strip() if place else ""
    return "\n".join(part for part in (sent.text.strip(), where) if part)


async def keep(turn: Turn, person: Person, issue: Issue, sent: Incoming, purpose: Purpose) -> bool:
    """Keep the message's file with the issue's present round; True if there was one to keep.

    One too big is answered with the limit; the rest of its message is the caller's. Whoever calls has checked the person.
    """
    if sent.media_group:  # a sibling that comes when the dialog is over still finds its issue
        await turn.uow.drafts.join_album(Album(sent.chat, sent.media_group, issue=issue.id, purpose=purpose))
    if sent.media is None:
        return False
    if (sent.media.size or 0) > FILE_LIMIT:
        error = FileTooBig(size_mb=round((sent.media.size or 0) / _MB, 1), limit_mb=FILE_LIMIT // _MB)
        await turn.tell(refusal(sent.chat, error, reply_to=sent.message))
        return False
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
    return True
