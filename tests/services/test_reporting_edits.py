"""Edited messages: the draft follows them; a filed issue keeps its original and gets a remark."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.draft import Draft
from bot.domain.errors import DraftClosed
from bot.domain.ids import ChatId, MessageId, ProjectCode
from bot.domain.incoming import FILE_LIMIT, Incoming
from bot.domain.issue import Issue, Place
from bot.domain.messages import draft_card
from bot.services.reporting import editing, filing, reporting
from bot.services.turn import Turn
from tests.builders import City, a_photo
from tests.fakes import FakeStore

CHAT = ChatId(4001)


def sent(message: int, text: str = "", **more: Any) -> Incoming:
    """A message of the reporter."""
    return replace(Incoming(CHAT, MessageId(message), text), **more)


async def the_draft(turn: Turn, city: City) -> Draft:
    draft = await turn.uow.drafts.open_of(city.reporter.id, CHAT)
    assert draft is not None
    return draft


async def filed_from(turn: Turn, city: City, *messages: Incoming, project: str = "P002") -> Issue:
    """What becomes of these messages once submitted; the card is message 900."""
    for message in messages:
        await reporting.receive(turn, city.reporter, message)
    draft = await the_draft(turn, city)
    await turn.uow.cards.put(CHAT, draft_card(draft.id), MessageId(900))
    return await filing.file_under(turn, city.reporter, draft.id, ProjectCode(project))


async def test_an_edited_message_changes_the_draft(turn: Turn, city: City) -> None:
    """Text, caption and place of a draft follow its messages; an unchanged photo is not taken twice."""
    await reporting.receive(turn, city.reporter, sent(1, "停电"))
    await reporting.receive(turn, city.reporter, sent(2, "旧", media=a_photo("a")))
    await editing.edit(turn, city.reporter, sent(2, "新", media=a_photo("a"), place=Place(1, 2)))
    draft = await the_draft(turn, city)
    assert (draft.text, draft.place) == ("停电\n新", Place(1, 2))
    assert len(await turn.uow.evidence.of_draft(draft.id)) == 1


async def test_an_edited_message_of_a_filed_issue_is_a_remark(turn: Turn, store: FakeStore, city: City) -> None:
    """The original stays, the correction is a line of history; an edit without new words says nothing."""
    issue = await filed_from(turn, city, sent(1, "三号塔吊停电"))
    store.forget_messages()
    await editing.edit(turn, city.reporter, sent(1, "三号塔吊停电"))
    assert store.kinds_told(CHAT) == []
    await editing.edit(turn, city.reporter, sent(1, "五号塔吊停电"))
    assert (await turn.uow.issues.get(issue.id)).description == "三号塔吊停电"
    assert (await turn.uow.issues.history(issue.id))[-1].entry.words == "五号塔吊停电"
    assert "report/corrected" in store.kinds_told(CHAT)


async def test_an_edited_addition_is_a_remark_too(turn: Turn, store: FakeStore, city: City) -> None:
    """A reply that was added to an issue and is edited later; a live place that moves says nothing."""
    issue = await filed_from(turn, city, sent(1, "停电"))
    reply = sent(2, "五号楼", reply_to=MessageId(900))
    await reporting.receive(turn, city.reporter, reply)
    await editing.edit(turn, city.reporter, reply)
    assert [line.entry.words for line in await turn.uow.issues.history(issue.id)][1:] == ["五号楼"]
    await editing.edit(turn, city.reporter, replace(reply, text="六号楼"))
    assert (await turn.uow.issues.history(issue.id))[-1].entry.words == "六号楼"
    store.forget_messages()
    await editing.edit(turn, city.reporter, sent(88, place=Place(1, 2)))
    assert store.told(CHAT) == []


async def test_a_photo_put_in_by_an_edit_is_taken(turn: Turn, city: City) -> None:
    """Into the draft, or to the filed issue; one too big is refused as ever."""
    await reporting.receive(turn, city.reporter, sent(1, "停电", media=a_photo("a")))
    await editing.edit(turn, city.reporter, sent(1, "停电", media=a_photo("b")))
    await editing.edit(turn, city.reporter, sent(1, "停电", media=a_photo("c", size=FILE_LIMIT + 1)))
    draft = await the_draft(turn, city)
    issue = await filing.file_under(turn, city.reporter, draft.id, ProjectCode("P002"))
    await editing.edit(turn, city.reporter, sent(1, "停电", media=a_photo("d")))
    assert {m.file_id for m in await turn.uow.evidence.of_issue(issue.id)} == {"a", "b", "d"}


async def test_edits_of_what_belongs_nowhere_are_answered(turn: Turn, store: FakeStore, city: City) -> None:
    """A message outside any report, or of a cancelled draft: the person hears that its change is not used."""
    await editing.edit(turn, city.reporter, sent(77, "?"))
    assert store.kinds_told(CHAT) == ["report/edit_lost"]
    await reporting.receive(turn, city.reporter, sent(1, "a"))
    await reporting.cancel_open(turn, city.reporter, CHAT)
    with pytest.raises(DraftClosed):
        await editing.edit(turn, city.reporter, sent(1, "b"))
