"""The unit's side: my tasks, accepting, and a proof gathered over several messages."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.draft import Purpose
from bot.domain.errors import IllegalMove, NotAllowed, NotYours, ProofNeeded
from bot.domain.history import Action
from bot.domain.ids import ChatId, MessageId
from bot.domain.issue import Category, Means, Status
from bot.services.desk import assigning, closing, reasons
from bot.services.tasks import proofs, tasks
from bot.services.tasks.proofs import Proof
from bot.services.turn import Turn
from tests.builders import City, a_photo
from tests.fakes import FakeStore
from tests.services.casework import Case


@pytest.fixture
def case(turn: Turn, store: FakeStore, city: City) -> Case:
    """No issue yet."""
    return Case(turn, store, city)


async def test_my_tasks_come_nearest_deadline_first(case: Case) -> None:
    """With the working days that are left, and what is overdue as a negative number."""
    first = (await case.assigned()).id
    second = (await case.assigned()).id
    await assigning.set_days(case.turn, case.city.clerk, second, 2)
    late = replace(case.turn, now=case.turn.calendar.closing(date(2026, 11, 27)))
    case.quiet()
    await tasks.show(late, case.city.a02)
    [message] = case.told(case.city.a02, "tasks/list")
    assert [(task["issue"], task["left"]) for task in message.facts["tasks"]] == [(second, -2), (first, 1)]


async def test_without_tasks_the_list_says_so_and_others_have_none(case: Case) -> None:
    """Reporters and clerks have no tasks of their own."""
    await tasks.show(case.turn, case.city.a02)
    assert case.told(case.city.a02)[-1].facts == {"tasks": [], "more": False}
    with pytest.raises(NotAllowed):
        await tasks.show(case.turn, case.city.reporter)


async def test_accepting_is_noted_with_its_time(case: Case) -> None:
    """A second time it is refused."""
    await case.assigned()
    await tasks.accept(case.turn, case.city.a02, case.id)
    issue = await case.issue()
    assert (issue.status, issue.accepted_at) == (Status.ACCEPTED, case.turn.now)
    with pytest.raises(IllegalMove):
        await tasks.accept(case.turn, case.city.a02, case.id)


async def test_photo_first_then_words_then_means(case: Case) -> None:
    """In any order; what is still missing is on the message, what was sent stays."""
    await case.accepted()
    unit, proof = case.city.a02, Proof(case.id)
    proof = await proofs.add(case.turn, unit, proof, case.sent(photo=True, message=51))
    with pytest.raises(ProofNeeded) as refused:
        await proofs.hand_in(case.turn, unit, proof)
    assert refused.value.facts["missing"] == ["text", "means"]
    proof = await proofs.add(case.turn, unit, proof, case.sent("电接通了", message=52))
    proof = await proofs.toggle(case.turn, unit, proof, Means.PHASED_ACCEPTANCE)
    proof = await proofs.toggle(case.turn, unit, proof, Means.EARLY_GUIDANCE)
    await proofs.hand_in(case.turn, unit, proof)
    issue = await case.issue()
    assert (issue.status, issue.result) == (Status.RESOLVED, "电接通了")
    assert issue.means == (Means.EARLY_GUIDANCE, Means.PHASED_ACCEPTANCE)
    assert await case.proof_photos() == 1


async def test_words_come_in_the_order_of_their_messages_and_an_edit_replaces_its_own(case: Case) -> None:
    """Ten comes after nine."""
    await case.accepted()
    proof = Proof(case.id)
    for message, text in ((10, "第二句"), (9, "第一句")):
        proof = await proofs.add(case.turn, case.city.a02, proof, case.sent(text, message=message))
    assert proof.text == "第一句\n第二句"
    proof = await proofs.correct(case.turn, case.city.a02, proof, case.sent("改过", message=9))
    assert proof.text == "改过\n第二句"


async def test_a_means_pressed_again_is_taken_back(case: Case) -> None:
    """A toggle."""
    await case.accepted()
    proof = await proofs.toggle(case.turn, case.city.a02, Proof(case.id), Means.TENDER_SERVICE)
    assert proof.means == (Means.TENDER_SERVICE,)
    assert (await proofs.toggle(case.turn, case.city.a02, proof, Means.TENDER_SERVICE)).means == ()


async def test_a_proof_survives_in_the_dialogs_data_and_belongs_to_one_issue(case: Case) -> None:
    """There and back again as JSON; of another issue it knows nothing."""
    proof = Proof(case.id, {"51": "电接通了"}, (Means.EARLY_GUIDANCE,))
    assert Proof.of_data(proof.as_data(), case.id) == proof
    assert Proof.of_data(proof.as_data(), (await case.reported()).id) == Proof(case.id)


async def test_an_albums_late_sibling_still_finds_the_issue(case: Case) -> None:
    """The media group points to the issue as proof, for good."""
    await case.accepted()
    await proofs.add(case.turn, case.city.a02, Proof(case.id), case.sent("通了", photo=True, media_group="g1"))
    album = await case.turn.uow.drafts.album(ChatId(3002), "g1")
    assert album is not None
    assert (album.issue, album.purpose) == (case.id, Purpose.PROOF)


async def test_too_big_a_file_is_refused_and_its_words_are_kept(case: Case) -> None:
    """With the limit."""
    await case.accepted()
    sent = replace(case.sent("通了"), media=a_photo("huge", size=30 * 1024 * 1024))
    proof = await proofs.add(case.turn, case.city.a02, Proof(case.id), sent)
    assert proof.text == "通了"
    assert await case.proof_photos() == 0
    assert case.told(case.city.a02, "refusal")[-1].facts["reason"] == "FileTooBig"


async def test_only_photos_of_this_round_count(case: Case) -> None:
    """After a dispute a new proof is asked for."""
    await case.resolved()
    await closing.dispute(case.turn, case.city.reporter, case.id, "还是没电")
    proof = await proofs.add(case.turn, case.city.a02, Proof(case.id), case.sent("再次接通", message=60))
    proof = await proofs.toggle(case.turn, case.city.a02, proof, Means.EARLY_GUIDANCE)
    with pytest.raises(ProofNeeded) as refused:
        await proofs.hand_in(case.turn, case.city.a02, proof)
    assert refused.value.facts["missing"] == ["photo"]


async def test_a_photo_that_could_not_be_fetched_is_no_proof(case: Case) -> None:
    """Missing is missing."""
    await case.accepted()
    proof = await proofs.add(case.turn, case.city.a02, Proof(case.id), case.sent("通了", photo=True))
    [media] = [m for m in await case.turn.uow.evidence.of_issue(case.id) if m.purpose is Purpose.PROOF]
    await case.turn.uow.evidence.missing(media.id, "gone")
    proof = await proofs.toggle(case.turn, case.city.a02, proof, Means.EARLY_GUIDANCE)
    with pytest.raises(ProofNeeded):
        await proofs.hand_in(case.turn, case.city.a02, proof)


async def test_where_no_photo_is_asked_for_words_and_means_do(case: Case) -> None:
    """Payment."""
    await case.accepted(category=Category.PAYMENT)
    proof = await proofs.add(case.turn, case.city.a02, Proof(case.id), case.sent("款已付"))
    proof = await proofs.toggle(case.turn, case.city.a02, proof, Means.CREDIT_INCENTIVE)
    await proofs.hand_in(case.turn, case.city.a02, proof)
    assert await case.status() == Status.RESOLVED


async def test_a_resolution_stops_the_clock_and_asks_the_reporter_and_tells_the_desk(case: Case) -> None:
    """The proof's photos only, then the question; the clerk who assigned it gets a line."""
    await case.accepted()
    case.quiet()
    await case.proves()
    assert await case.planned() == set()
    told = [(message.kind, message.card) for message in case.told(case.city.reporter)]
    assert told == [("issue/photos", None), ("closing/ask", f"ask:{case.id}"), ("issue/card", f"issue:{case.id}")]
    assert len(case.told(case.city.reporter, "issue/photos")[0].facts["media"]) == 1
    assert case.events(case.city.clerk) == ["resolved"]


async def test_a_reporter_without_an_account_is_not_asked(case: Case) -> None:
    """Nothing breaks; silence will count."""
    await case.accepted()
    await case.turn.uow.people.save(replace(case.city.reporter, user_id=None))
    case.quiet()
    await case.proves()
    assert await case.status() == Status.RESOLVED
    assert not case.told(case.city.reporter, "closing/ask")


async def test_only_the_named_person_hands_in(case: Case) -> None:
    """Not a colleague, not the head, not a clerk; and not the person once the role is gone."""
    await case.accepted()
    for person in (case.city.h02, case.city.clerk, case.city.reporter):
        with pytest.raises(NotAllowed):
            await proofs.begin(case.turn, person, Proof(case.id))
    with pytest.raises(NotYours):
        await proofs.begin(case.turn, case.city.a04, Proof(case.id))
    with pytest.raises(NotAllowed):
        await proofs.begin(case.turn, replace(case.city.a02, grants=frozenset()), Proof(case.id))


async def test_a_proof_for_a_task_that_went_away_is_refused_at_once(case: Case) -> None:
    """Before anything of it is kept."""
    await case.resolved()
    with pytest.raises(IllegalMove):
        await proofs.add(case.turn, case.city.a02, Proof(case.id), case.sent("还有", photo=True, message=90))
    assert await case.proof_photos() == 1


async def test_leaving_says_so_on_the_proofs_message(case: Case) -> None:
    """The task stays open; so it does for a reason that is not given after all."""
    await case.accepted()
    await case.turn.uow.cards.put(ChatId(3002), proofs.proof_card(case.id), MessageId(61))
    await case.turn.uow.cards.put(ChatId(3002), reasons.reason_card(case.id), MessageId(62))
    case.quiet()
    await proofs.leave(case.turn, case.city.a02, case.id)
    await reasons.leave(case.turn, case.city.a02, Action.RETURN, case.id)
    assert [message.kind for message in case.told(case.city.a02)] == ["tasks/proof_left", "issue/reason"]
    assert await case.status() == Status.ACCEPTED
