"""Taking in what people send: each message begins a draft, joins one, or is added to an issue already filed."""

from dataclasses import dataclass, replace

from bot.domain import guessing
from bot.domain.draft import Album, Draft, DraftState, IncomingMedia, Purpose
from bot.domain.errors import FileTooBig, Refused, TextTooLong, TooManyFiles
from bot.domain.ids import ChatId, DraftId, IssueId, MessageId
from bot.domain.incoming import FILE_LIMIT, Incoming
from bot.domain.issue import Category
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.domain.permissions import may_view
from bot.services.reporting import additions, drafts
from bot.services.telling import refusal
from bot.services.turn import Turn

FILES = 50  # in one draft: more is a folder, not a report
LENGTH = 20_000  # characters in one draft; at each message all of it is read again
MINUTE = 60
ALIKE = 5
OF_ISSUES = frozenset({"issue", "desk", "ask", additions.CARD})  # cards whose name goes on with an issue's id


@dataclass(frozen=True, slots=True)
class Home:
    """Where a message belongs. Neither: it begins a draft."""

    draft: Draft | None = None
    issue: IssueId | None = None
    purpose: Purpose = Purpose.REMARK


async def receive(turn: Turn, person: Person, sent: Incoming, menu: drafts.Menu = drafts.CLOSED_MENU) -> None:
    """One message of a private chat. `menu`: the chooser the draft's card is open at, which stays open.

    A file that is refused is answered; the rest of its message is kept. Raises NotAllowed for somebody else's issue.
    """
    home = await _home(turn, person, sent)
    if home.issue is not None:
        await add(turn, person, home.issue, sent, home.purpose)
    elif home.draft is not None and home.draft.state is DraftState.CANCELLED:
        await _dropped(turn, home.draft, sent)
    else:
        media, text = await accepted(turn, home.draft, sent), await _fitting(turn, home.draft, sent)
        kept = replace(sent, media=media, text=text)
        if kept.holds_anything:
            await _extend(turn, person, home.draft, kept, menu)


async def _dropped(turn: Turn, draft: Draft, sent: Incoming) -> None:
    """A sibling that comes after its album's draft was cancelled: the person meant all of it."""
    key = f"dropped:{draft.id}:{_minute(turn)}"
    await turn.tell(Message(sent.chat, "report/dropped", key=key, reply_to=sent.message))


async def add(turn: Turn, person: Person, issue: IssueId, sent: Incoming, purpose: Purpose) -> None:
    """Add the message to a filed issue, without a file that is refused. Raises NotAllowed, IssueUnknown."""
    kept = replace(sent, media=await accepted(turn, None, sent))
    if kept.holds_anything:
        await additions.add(turn, person, issue, kept, purpose)


async def _home(turn: Turn, person: Person, sent: Incoming) -> Home:
    """An album's siblings stay together for good; a reply goes where it points; the rest to the open draft."""
    if sent.media_group and (album := await turn.uow.drafts.album(sent.chat, sent.media_group)):
        return await _home_of_album(turn, album)
    if sent.reply_to is not None and (home := await _home_of_reply(turn, sent.chat, sent.reply_to)) is not None:
        return home
    if (issue := await _named(turn, person, sent.about)) is not None:
        return Home(issue=issue)
    return Home(await turn.uow.drafts.open_of(person.id, sent.chat))


async def _home_of_album(turn: Turn, album: Album) -> Home:
    if album.draft is not None:
        return _of_draft(await turn.uow.drafts.get(album.draft))
    return Home(issue=album.issue, purpose=album.purpose)


async def _home_of_reply(turn: Turn, chat: ChatId, message: MessageId) -> Home | None:
    """A reply to a card, to what was said about one, or to a message of one's own that was filed."""
    thing, _, number = (await turn.uow.cards.card_at(chat, message) or "").partition(":")
    if not thing and (issue := await additions.issue_of(turn, Incoming(chat, message))) is not None:
        return Home(issue=issue)
    if thing in OF_ISSUES:
        return Home(issue=IssueId(int(number.partition(":")[0])))
    if thing == "draft":
        draft: Draft | None = await turn.uow.drafts.get(DraftId(int(number)))
    else:
        draft = await turn.uow.drafts.of_message(chat, message)
    return None if draft is None or draft.state is DraftState.CANCELLED else _of_draft(draft)


async def _named(turn: Turn, person: Person, number: str) -> IssueId | None:
    """The issue a reply is about: to an older card of it, to its photos, to a notice. None if they may not see it."""
    issue = await turn.uow.issues.by_number(number) if number else None
    seen = issue is not None and may_view(person, await turn.uow.issues.standing(issue.id))
    return issue.id if issue is not None and seen else None


def _of_draft(draft: Draft) -> Home:
    return Home(issue=draft.issue, purpose=Purpose.REPORT) if draft.issue is not None else Home(draft)


async def accepted(turn: Turn, draft: Draft | None, sent: Incoming) -> IncomingMedia | None:
    """The file, unless it is too big or one too many: then the person hears so."""
    media = sent.media
    if media is not None and (media.size or 0) > FILE_LIMIT:
        size = round((media.size or 0) / 1024 / 1024, 1)
        error = FileTooBig(size_mb=size, limit_mb=FILE_LIMIT // 1024 // 1024)
        await turn.tell(refusal(sent.chat, error, reply_to=sent.message))
        return None
    if media is not None and draft is not None and len(await turn.uow.evidence.of_draft(draft.id)) >= FILES:
        await _tell_full(turn, draft, TooManyFiles(limit=FILES))
        return None
    return media


async def _fitting(turn: Turn, draft: Draft | None, sent: Incoming) -> str:
    """The words, unless the draft has no room for them: then the person hears so."""
    if sent.text and draft is not None and len(draft.text) + len(sent.text) > LENGTH:
        await _tell_full(turn, draft, TextTooLong(limit=LENGTH))
        return ""
    return sent.text


async def _tell_full(turn: Turn, draft: Draft, error: Refused) -> None:
    """Once a minute: whoever sends an album, or floods us, needs no answer to each message."""
    await turn.tell(refusal(draft.chat, error, key=f"full:{draft.id}:{error.reason}:{_minute(turn)}"))


def _minute(turn: Turn) -> int:
    return int(turn.now.timestamp()) // MINUTE


async def _extend(turn: Turn, person: Person, draft: Draft | None, sent: Incoming, menu: drafts.Menu) -> None:
    draft = await (keep(turn, person, draft, sent) if draft is not None else _begin(turn, person, sent))
    if sent.media_group:
        await turn.uow.drafts.join_album(Album(sent.chat, sent.media_group, draft=draft.id))
    await drafts.show(turn, draft, menu)


async def keep(turn: Turn, person: Person, draft: Draft, sent: Incoming) -> Draft:
    """Keep one message in the draft: its file, place and text (an empty one too, so that the message is known); guess
    anew what it is about."""
    await _keep_file(turn, person, draft, sent)
    before = draft.text
    draft = await turn.uow.drafts.put_piece(draft.id, sent.message, sent.text)
    guessed = draft.category if draft.text == before and draft.category else await guess(turn, draft)
    wanted = replace(draft, category=guessed, place=sent.place or draft.place)
    if wanted != draft:
        await turn.uow.drafts.save(wanted)
    return wanted


async def _begin(turn: Turn, person: Person, sent: Incoming) -> Draft:
    """With its first message."""
    project = await drafts.usual_project(turn, person)
    begun = Draft(DraftId(0), person.id, sent.chat, turn.now, project=project, place=sent.place, text=sent.text)
    draft = await turn.uow.drafts.add(replace(begun, category=await guess(turn, begun)), sent.message)
    await _keep_file(turn, person, draft, sent)
    return draft


async def _keep_file(turn: Turn, person: Person, draft: Draft, sent: Incoming) -> None:
    if sent.media is not None:
        await turn.uow.evidence.add(sent.media, person.id, sent.chat, sent.message, turn.now, draft=draft.id)


async def guess(turn: Turn, draft: Draft) -> Category:
    """The category by the words, else by issues that read alike, else other; a chosen one stays."""
    if draft.category_chosen and draft.category is not None:
        return draft.category
    if not draft.text.strip():
        return Category.OTHER
    found = guessing.by_words(draft.text, turn.policy.categories)
    if found is None:
        alike = await turn.uow.issues.similar(draft.text, ALIKE)
        found = guessing.by_likeness([(issue.category, issue.score) for issue in alike[:ALIKE]])
    return found or Category.OTHER


async def cancel_open(turn: Turn, person: Person, chat: ChatId) -> bool:
    """Drop the draft the person has open in this chat; False if there is none."""
    draft = await turn.uow.drafts.open_of(person.id, chat)
    if draft is not None:
        await drafts.cancel(turn, person, draft.id)
    return draft is not None
