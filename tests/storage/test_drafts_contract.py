"""Every store: drafts, the pieces they are made of, and albums."""

from dataclasses import replace

import pytest

from bot.domain.draft import Album, Draft, DraftState, Purpose
from bot.domain.ids import ChatId, DraftId, IssueId, MessageId, ProjectCode
from bot.domain.issue import Category, Level, Place
from bot.ports import UnitOfWork
from tests.builders import City, a_draft, a_photo, an_issue, filed
from tests.fakes import NOW

CHAT = ChatId(4001)


async def new_draft(uow: UnitOfWork, city: City) -> Draft:
    """The reporter's, saved."""
    return await uow.drafts.add(a_draft(city.reporter.id))


async def test_a_draft_is_saved_whole(uow: UnitOfWork, city: City) -> None:
    """Every field but the text is as it was given; the id is the store's."""
    draft = await new_draft(uow, city)
    issue = await filed(uow, an_issue(reporter=city.reporter.id))
    changed = replace(
        draft,
        state=DraftState.FILED,
        issue=issue.id,
        project=ProjectCode("P001"),
        category=Category.POWER,
        category_chosen=True,
        level=Level.A,
        place=Place(24.4798, 118.0894, "工地北门"),
    )
    await uow.drafts.save(changed)
    assert await uow.drafts.get(draft.id) == changed


async def test_an_unknown_draft_is_a_lookup_error(uow: UnitOfWork) -> None:
    """Nobody's id."""
    with pytest.raises(LookupError):
        await uow.drafts.get(DraftId(4242))


async def test_the_open_draft_of_a_chat(uow: UnitOfWork, city: City) -> None:
    """By person and chat; a filed or cancelled one is not open."""
    assert await uow.drafts.open_of(city.reporter.id, CHAT) is None
    draft = await new_draft(uow, city)
    assert await uow.drafts.open_of(city.reporter.id, CHAT) == draft
    assert await uow.drafts.open_of(city.reporter.id, ChatId(-100)) is None
    assert await uow.drafts.open_of(city.a04.id, CHAT) is None
    await uow.drafts.save(replace(draft, state=DraftState.CANCELLED))
    assert await uow.drafts.open_of(city.reporter.id, CHAT) is None


async def test_one_draft_is_open_per_person_and_chat(uow: UnitOfWork, city: City) -> None:
    """A second one is refused; in another chat, or once the first is closed, it is not."""
    draft = await new_draft(uow, city)
    with pytest.raises(Exception, match=r"(?i)unique|one open draft"):
        async with uow.savepoint():
            await new_draft(uow, city)
    await uow.drafts.add(a_draft(city.reporter.id, -100))
    await uow.drafts.save(replace(draft, state=DraftState.FILED))
    assert (await new_draft(uow, city)).id != draft.id


async def test_pieces_join_in_the_order_of_their_messages(uow: UnitOfWork, city: City) -> None:
    """However they arrive; one per line, empty ones left out."""
    draft = await new_draft(uow, city)
    for message, text in ((12, "第二"), (11, ""), (13, "第三"), (10, "第一")):
        draft = await uow.drafts.put_piece(draft.id, MessageId(message), text)
    assert draft.text == "第一\n第二\n第三"
    assert await uow.drafts.get(draft.id) == draft


async def test_a_draft_begins_with_the_words_of_its_first_message(uow: UnitOfWork, city: City) -> None:
    """They are the first piece; without a message a draft has no words, whatever it says."""
    draft = await uow.drafts.add(replace(a_draft(city.reporter.id), text="塔吊没电"), MessageId(10))
    assert draft == await uow.drafts.get(draft.id) == await uow.drafts.of_message(CHAT, MessageId(10))
    assert draft.text == "塔吊没电"
    assert (await uow.drafts.put_piece(draft.id, MessageId(9), "东门")).text == "东门\n塔吊没电"
    assert (await uow.drafts.put_piece(draft.id, MessageId(10), "塔吊停电")).text == "东门\n塔吊停电"
    assert (await uow.drafts.add(replace(a_draft(city.reporter.id, -100), text="塔吊没电"))).text == ""


async def test_an_edited_piece_replaces_itself(uow: UnitOfWork, city: City) -> None:
    """The same message again is the same piece; emptied, it drops out."""
    draft = await new_draft(uow, city)
    await uow.drafts.put_piece(draft.id, MessageId(10), "塔吊没电")
    await uow.drafts.put_piece(draft.id, MessageId(11), "快来")
    assert (await uow.drafts.put_piece(draft.id, MessageId(10), "塔吊停电")).text == "塔吊停电\n快来"
    assert (await uow.drafts.put_piece(draft.id, MessageId(11), "")).text == "塔吊停电"


async def test_saving_a_draft_leaves_its_text(uow: UnitOfWork, city: City) -> None:
    """The text follows from the pieces only."""
    draft = await new_draft(uow, city)
    await uow.drafts.put_piece(draft.id, MessageId(10), "塔吊没电")
    await uow.drafts.save(replace(draft, text="别的", level=Level.C))
    saved = await uow.drafts.get(draft.id)
    assert (saved.text, saved.level) == ("塔吊没电", Level.C)


async def test_a_message_leads_to_its_draft(uow: UnitOfWork, city: City) -> None:
    """By chat and message, even if it said nothing; the same number in another chat is another message."""
    draft = await new_draft(uow, city)
    other = await uow.drafts.add(a_draft(city.a04.id, 3004))
    await uow.drafts.put_piece(draft.id, MessageId(10), "")
    other = await uow.drafts.put_piece(other.id, MessageId(10), "另一个")
    assert await uow.drafts.of_message(CHAT, MessageId(10)) == draft
    assert await uow.drafts.of_message(ChatId(3004), MessageId(10)) == other
    assert await uow.drafts.of_message(CHAT, MessageId(11)) is None
    assert await uow.drafts.of_message(ChatId(-1), MessageId(10)) is None


async def test_a_photo_leads_to_its_draft_too(uow: UnitOfWork, city: City) -> None:
    """Whether the message gave words or a file."""
    draft = await new_draft(uow, city)
    await uow.evidence.add(a_photo(), city.reporter.id, CHAT, MessageId(12), NOW, draft=draft.id)
    assert await uow.drafts.of_message(CHAT, MessageId(12)) == draft
    assert await uow.drafts.of_message(ChatId(-1), MessageId(12)) is None


async def test_an_album_belongs_where_it_first_went(uow: UnitOfWork, city: City) -> None:
    """Joining again does nothing, for good; another chat's album of the same name is another."""
    draft = await new_draft(uow, city)
    issue = await filed(uow, an_issue(reporter=city.reporter.id))
    first = Album(CHAT, "album-1", draft=draft.id)
    await uow.drafts.join_album(first)
    await uow.drafts.join_album(Album(CHAT, "album-1", issue=issue.id, purpose=Purpose.PROOF))
    proof = Album(ChatId(3004), "album-1", issue=IssueId(issue.id), purpose=Purpose.PROOF)
    await uow.drafts.join_album(proof)
    assert await uow.drafts.album(CHAT, "album-1") == first
    assert await uow.drafts.album(ChatId(3004), "album-1") == proof
    assert await uow.drafts.album(CHAT, "album-2") is None
    await uow.drafts.save(replace(draft, state=DraftState.FILED, issue=issue.id))
    assert await uow.drafts.album(CHAT, "album-1") == first
