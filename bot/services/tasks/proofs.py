"""The unit's proof that an obstacle is gone: words, photos and the means used, gathered over several messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain import lifecycle
from bot.domain.draft import Media, MediaState, Purpose
from bot.domain.errors import IllegalMove
from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId
from bot.domain.incoming import Incoming
from bot.domain.issue import Issue, Means
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.services.issues import cards, evidence, steps
from bot.services.people import staff
from bot.services.turn import Turn


@dataclass(frozen=True, slots=True)
class Proof:
    """What a person has said so far. Photos are kept with the issue at once, so that they can't be lost."""

    issue: IssueId
    texts: Mapping[str, str] = field(default_factory=dict)  # message id → words, so that an edit replaces its own
    means: tuple[Means, ...] = ()

    @property
    def text(self) -> str:
        """All words in the order they were sent."""
        return "\n".join(self.texts[message] for message in sorted(self.texts, key=int))

    def as_data(self) -> dict[str, Any]:
        """As the dialog remembers it: JSON values."""
        return {"issue": self.issue, "texts": dict(self.texts), "means": [means.value for means in self.means]}

    @classmethod
    def of_data(cls, data: Mapping[str, Any], issue: IssueId) -> "Proof":
        """What the dialog remembers of this issue; an empty proof if it was about another one or is over."""
        if data.get("issue") != issue:
            return cls(issue)
        return cls(issue, data.get("texts", {}), tuple(Means(value) for value in data.get("means", ())))


def proof_card(issue: int) -> str:
    """The card name of the message on which a proof is gathered."""
    return f"proof:{issue}"


async def begin(turn: Turn, person: Person, proof: Proof) -> None:
    """Ask for words, photos and means. Raises IllegalMove, and as `steps.load`."""
    await _draw(turn, await _task(turn, person, proof.issue), staff.chat_of(person), proof, fresh=True)


async def add(turn: Turn, person: Person, proof: Proof, sent: Incoming) -> Proof:
    """Take in one message: its file becomes evidence, its words join the proof. Raises IllegalMove, and as `steps.load`."""
    issue = await _task(turn, person, proof.issue)
    await evidence.keep(turn, person, issue, sent, Purpose.PROOF)
    if words := evidence.words_of(sent):
        proof = replace(proof, texts={**proof.texts, str(sent.message): words})
    await _draw(turn, issue, sent.chat, proof)
    return proof


async def correct(turn: Turn, person: Person, proof: Proof, sent: Incoming) -> Proof:
    """An edited message: its words replace its own earlier ones. Raises as `add`."""
    issue = await _task(turn, person, proof.issue)
    others = {message: text for message, text in proof.texts.items() if message != str(sent.message)}
    words = evidence.words_of(sent)
    proof = replace(proof, texts={**others, str(sent.message): words} if words else others)
    await _draw(turn, issue, sent.chat, proof)
    return proof


async def toggle(turn: Turn, person: Person, proof: Proof, means: Means) -> Proof:
    """Choose a means, or take it back. Raises IllegalMove, and as `steps.load`."""
    issue = await _task(turn, person, proof.issue)
    chosen = set(proof.means) ^ {means}
    proof = replace(proof, means=tuple(item for item in Means if item in chosen))
    await _draw(turn, issue, staff.chat_of(person), proof)
    return proof


async def hand_in(turn: Turn, person: Person, proof: Proof) -> Issue:
    """Solved, says the unit: its reporter is asked, its desk is told.

    Raises ProofNeeded (what is missing; the rest is kept), IllegalMove, and as `steps.load`.
    """
    issue = await _task(turn, person, proof.issue)
    photos = await _of_round(turn, issue)
    change = lifecycle.resolve(
        issue,
        person.id,
        turn.now,
        proof.text,
        proof.means,
        photos=sum(item.is_picture for item in photos),
        photo_needed=turn.policy.categories[issue.category].proof_photo,
        asked=(chat := staff.chat_of(await turn.uow.people.get(issue.reporter))) is not None,
    )
    if chat is not None:  # first: an older question drawn anew would come above the photos
        await cards.send_evidence(turn, chat, issue, photos)
        await turn.tell(cards.question(chat, issue.id, fresh=True))
    issue = await steps.keep(turn, change)
    await _draw(turn, issue, staff.chat_of(person), proof, done=True)
    for clerk in await staff.handling(turn, issue.id):
        await cards.notify(turn, clerk, issue.id, "resolved", proof.text, by=person.name)
    return issue


async def leave(turn: Turn, person: Person, issue_id: IssueId) -> None:
    """Not now: the message says so. What was sent stays with the issue."""
    if (chat := staff.chat_of(person)) is not None:
        number = await cards.check_sight(turn, person, issue_id)
        await turn.tell(Message(chat, "tasks/proof_left", {"number": number}, card=proof_card(issue_id)))


async def _task(turn: Turn, person: Person, issue_id: IssueId) -> Issue:
    """The issue, if the person may resolve it now."""
    issue = await steps.load(turn, person, Action.RESOLVE, issue_id)
    if not lifecycle.legal(issue, Action.RESOLVE):
        raise IllegalMove(number=issue.number, move=Action.RESOLVE.value, status=issue.status.value)
    return issue


async def _of_round(turn: Turn, issue: Issue) -> list[Media]:
    """Proof sent since the issue was last reopened, without what could not be fetched."""
    media = await turn.uow.evidence.of_issue(issue.id)
    current = [item for item in media if item.purpose is Purpose.PROOF and item.round == issue.reopened]
    return [item for item in current if item.state is not MediaState.MISSING]


async def _draw(
    turn: Turn, issue: Issue, chat: ChatId | None, proof: Proof, *, fresh: bool = False, done: bool = False
) -> None:
    """The message on which the proof is gathered: what is there, what is missing."""
    if chat is None:
        return
    photos = await _of_round(turn, issue)
    needed = turn.policy.categories[issue.category].proof_photo
    facts = {
        "issue": issue.id,
        "number": issue.number,
        "text": proof.text,
        "means": [means.value for means in proof.means],
        "files": len(photos),
        "photo_missing": needed and not any(item.is_picture for item in photos),
        "photo_needed": needed,
        "done": done,
    }
    await turn.tell(Message(chat, "tasks/proof", facts, card=proof_card(issue.id), fresh=fresh))
