"""Messages become drafts: pieces in any order, albums however late, files too big, replies and corrections."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.draft import Draft, DraftState, IncomingMedia, MediaKind, Purpose
from bot.domain.errors import DraftClosed, IssueUnknown
from bot.domain.history import Action
from bot.domain.ids import ChatId, DraftId, MessageId, ProjectCode
from bot.domain.incoming import FILE_LIMIT, Incoming
from bot.domain.issue import Category, Issue, Place
from bot.domain.messages import draft_card, issue_card
from bot.services.reporting import drafts, filing, reporting
from bot.services.reporting.drafts import Menu
from bot.services.turn import Turn
from tests.builders import City, a_guest, a_photo, filed
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


async def test_a_text_begins_a_draft_and_shows_its_card(turn: Turn, store: FakeStore, city: City) -> None:
    """One text: one draft, one card to edit in place."""
    await reporting.receive(turn, city.reporter, sent(1, "塔吊没有电"))
    draft = await the_draft(turn, city)
    assert draft.text == "塔吊没有电"
    [card] = store.told(CHAT)
    assert (card.kind, card.card, card.fresh) == ("report/draft", draft_card(draft.id), False)


async def test_everything_that_follows_joins_the_same_draft(turn: Turn, city: City) -> None:
    """Text, photo with caption, place, voice: one draft holds them all, the words in the order of the messages."""
    voice = IncomingMedia(MediaKind.VOICE, "v", "uv")
    for message in (
        sent(3, "第三"),
        sent(1, "第一"),
        sent(2, media=a_photo()),
        sent(4, place=Place(24.5, 118.1)),
        sent(5, media=voice),
    ):
        await reporting.receive(turn, city.reporter, message)
    draft = await the_draft(turn, city)
    assert (draft.text, draft.place) == ("第一\n第三", Place(24.5, 118.1))
    assert [m.kind for m in await turn.uow.evidence.of_draft(draft.id)] == [MediaKind.PHOTO, MediaKind.VOICE]


@pytest.mark.parametrize(
    ("text", "expected"), [("工地停电三天", "power"), ("验收没人来", "acceptance"), ("你好", "other")]
)
async def test_the_category_is_guessed_from_the_words(turn: Turn, city: City, text: str, expected: str) -> None:
    """The office's words for each category decide; without any it is 'other'."""
    await reporting.receive(turn, city.reporter, sent(1, text))
    assert (await the_draft(turn, city)).category == Category(expected)


async def test_the_category_is_guessed_from_issues_that_read_alike(turn: Turn, city: City) -> None:
    """No word of the policy, but the ledger knows the obstacle."""
    await filed(turn.uow, description="三号塔吊旁的老树要移走", category=Category.LAND_ACQUISITION)
    await reporting.receive(turn, city.reporter, sent(1, "三号塔吊旁边的老树要移走"))
    assert (await the_draft(turn, city)).category == Category.LAND_ACQUISITION


async def test_a_chosen_category_is_not_guessed_away(turn: Turn, city: City) -> None:
    """What a person chose stays when more words come."""
    await reporting.receive(turn, city.reporter, sent(1, "停电"))
    draft = await the_draft(turn, city)
    await drafts.choose_category(turn, city.reporter, draft.id, Category.PAYMENT)
    await reporting.receive(turn, city.reporter, sent(2, "供电没有来"))
    assert (await the_draft(turn, city)).category == Category.PAYMENT


async def test_an_album_is_one_report_however_late_its_siblings_come(turn: Turn, store: FakeStore, city: City) -> None:
    """Siblings in any order make one draft; one that comes after filing is added to the issue and says so once."""
    issue = await filed_from(
        turn, city, sent(12, media=a_photo("b"), media_group="g"), sent(11, "停电", media=a_photo("a"), media_group="g")
    )
    store.forget_messages()
    await reporting.receive(turn, city.reporter, sent(13, media=a_photo("c"), media_group="g"))
    await reporting.receive(turn, city.reporter, sent(14, media=a_photo("d"), media_group="g"))
    assert [m.file_id for m in await turn.uow.evidence.of_issue(issue.id)] == ["a", "b", "c", "d"]
    assert store.kinds_told(CHAT).count("report/added") == 1
    assert await turn.uow.drafts.open_of(city.reporter.id, CHAT) is None


async def test_a_caption_that_comes_after_filing_becomes_the_text_of_an_album_without_any(
    turn: Turn, city: City
) -> None:
    """The caption may be on any sibling (conversations.md): also on one that is late."""
    issue = await filed_from(turn, city, sent(11, media=a_photo("a"), media_group="g"))
    await reporting.receive(turn, city.reporter, sent(12, "停电了", media=a_photo("b"), media_group="g"))
    assert (await turn.uow.issues.get(issue.id)).description == "停电了"


async def test_siblings_of_a_cancelled_album_begin_nothing(turn: Turn, city: City) -> None:
    """The person dropped that report; its late photos don't make a new one."""
    await reporting.receive(turn, city.reporter, sent(11, media=a_photo("a"), media_group="g"))
    await drafts.cancel(turn, city.reporter, (await the_draft(turn, city)).id)
    await reporting.receive(turn, city.reporter, sent(12, media=a_photo("b"), media_group="g"))
    assert await turn.uow.drafts.open_of(city.reporter.id, CHAT) is None


async def test_a_file_over_the_limit_is_refused_and_its_words_kept(turn: Turn, store: FakeStore, city: City) -> None:
    """Over 20 MB a bot can't fetch: the person hears the limit, caption and other photos stay."""
    big = IncomingMedia(MediaKind.VIDEO, "big", "ubig", size=FILE_LIMIT + 1)
    await reporting.receive(turn, city.reporter, sent(1, media=a_photo("a"), media_group="g"))
    await reporting.receive(turn, city.reporter, sent(2, "停电录像", media=big, media_group="g"))
    draft = await the_draft(turn, city)
    assert draft.text == "停电录像"
    assert [m.file_id for m in await turn.uow.evidence.of_draft(draft.id)] == ["a"]
    [refusal] = store.outbox_messages("refusal")
    assert refusal.facts["reason"] == "FileTooBig"
    assert refusal.facts["given"]["limit_mb"] == 20


async def test_a_lone_big_file_makes_no_empty_draft(turn: Turn, store: FakeStore, city: City) -> None:
    """Nothing is left of it but the answer."""
    await reporting.receive(
        turn, city.reporter, sent(1, media=IncomingMedia(MediaKind.VIDEO, "b", "u", size=FILE_LIMIT * 2))
    )
    assert await turn.uow.drafts.open_of(city.reporter.id, CHAT) is None
    assert store.kinds_told(CHAT) == ["refusal"]


async def test_a_report_holds_fifty_files(turn: Turn, store: FakeStore, city: City) -> None:
    """The fifty-first is refused kindly, once per card."""
    for number in range(reporting.FILES + 2):
        await reporting.receive(turn, city.reporter, sent(number + 1, media=a_photo(f"p{number}")))
    assert len(await turn.uow.evidence.of_draft((await the_draft(turn, city)).id)) == reporting.FILES
    assert [m.facts["reason"] for m in store.outbox_messages("refusal")] == ["TooManyFiles"]


async def test_a_new_draft_is_about_the_project_last_used(turn: Turn, city: City) -> None:
    """The card last scanned or the last report names the project; else nobody does."""
    await reporting.receive(turn, city.reporter, sent(1, "a"))
    assert (await the_draft(turn, city)).project is None
    await drafts.cancel(turn, city.reporter, (await the_draft(turn, city)).id)
    await reporting.receive(turn, replace(city.reporter, current_project=ProjectCode("P003")), sent(2, "b"))
    assert (await the_draft(turn, city)).project == "P003"


async def test_a_reply_to_the_issues_card_is_added_to_it(turn: Turn, store: FakeStore, city: City) -> None:
    """Photo and words of a reply go to the filed issue, a line of history each, and the person hears so."""
    issue = await filed_from(turn, city, sent(1, "停电"))
    store.forget_messages()
    await reporting.receive(turn, city.reporter, sent(2, "还有这里", media=a_photo("late"), reply_to=MessageId(900)))
    [media] = await turn.uow.evidence.of_issue(issue.id)
    assert (media.file_id, media.purpose) == ("late", Purpose.REMARK)
    line = (await turn.uow.issues.history(issue.id))[-1].entry
    assert (line.action, line.words) == (Action.ADD_EVIDENCE, "还有这里")
    assert {"report/added", "issue/card"} <= set(store.kinds_told(CHAT))


async def test_a_reply_to_somebody_elses_issue_adds_nothing(turn: Turn, city: City) -> None:
    """An issue out of sight does not exist for whoever replies to a number's card."""
    issue = await filed(turn.uow, project=ProjectCode("P004"), reporter=city.clerk.id)
    await turn.uow.cards.put(CHAT, issue_card(issue.id), MessageId(700))
    with pytest.raises(IssueUnknown):
        await reporting.receive(turn, city.reporter, sent(2, "我的", reply_to=MessageId(700)))


async def test_the_chooser_stays_open_while_photos_come_in(turn: Turn, store: FakeStore, city: City) -> None:
    """An album's late siblings don't close the project list under the person's thumb."""
    await reporting.receive(turn, city.reporter, sent(1, media=a_photo()), Menu("project", words="POCT", submit=True))
    [card] = store.told(CHAT)
    assert (card.facts["menu"], card.facts["words"], card.facts["submit"]) == ("project", "POCT", True)


async def test_a_guest_is_offered_scanned_projects_only(turn: Turn, city: City) -> None:
    """Whatever a guest types, the list holds nothing else."""
    guest = await turn.uow.people.add(a_guest())
    await turn.uow.projects.count_scan("card-P002", guest.id, turn.now)
    guest = await turn.uow.people.get(guest.id)
    assert [p.code for p in await drafts.projects_for(turn, guest, "")] == ["P002"]
    assert await drafts.projects_for(turn, guest, "同翔") == []
    assert [p.code for p in await drafts.projects_for(turn, city.reporter, "同翔")] == ["P004"]


async def test_the_likely_projects_are_offered_first(turn: Turn, city: City) -> None:
    """Those of one's own unit before all others."""
    assert [p.code for p in await drafts.projects_for(turn, city.reporter, "")][:2] == ["P002", "P003"]


async def test_somebody_elses_draft_is_not_to_be_pressed(turn: Turn, city: City) -> None:
    """A forged or absorbed button: draft buttons act for their owner only."""
    await reporting.receive(turn, city.reporter, sent(1, "a"))
    with pytest.raises(Exception, match="NotAllowed"):
        await drafts.cancel(turn, city.clerk, (await the_draft(turn, city)).id)
    with pytest.raises(DraftClosed):
        await drafts.cancel(turn, city.clerk, DraftId(999))


async def test_a_cancelled_draft_keeps_what_was_sent(turn: Turn, city: City) -> None:
    """Cancelling is a state, not an erasure."""
    await reporting.receive(turn, city.reporter, sent(1, "a", media=a_photo()))
    draft = await the_draft(turn, city)
    await drafts.cancel(turn, city.reporter, draft.id)
    kept = await turn.uow.drafts.get(draft.id)
    assert (kept.state, kept.text) == (DraftState.CANCELLED, "a")
