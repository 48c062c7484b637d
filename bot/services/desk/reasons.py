"""Steps that need a reason in words: asking for it, keeping photos sent with it, and taking the step."""

from collections.abc import Awaitable, Callable, Mapping

from bot.domain import lifecycle
from bot.domain.draft import Purpose
from bot.domain.errors import IllegalMove, ReasonNeeded
from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId
from bot.domain.incoming import Incoming
from bot.domain.issue import Issue
from bot.domain.messages import Message
from bot.domain.organisation import Person
from bot.services.desk import claiming, closing, desk, pausing
from bot.services.issues import cards, ends, evidence, steps
from bot.services.people import staff
from bot.services.tasks import extending, tasks
from bot.services.turn import Turn

STEPS: Mapping[Action, Callable[[Turn, Person, IssueId, str], Awaitable[Issue]]] = {
    Action.REJECT: desk.reject,
    Action.RETURN: tasks.give_back,
    Action.DISPUTE: closing.dispute,
    Action.REOPEN: closing.reopen,
    Action.SUSPEND: pausing.suspend,
    Action.EXPLAIN: tasks.explain,
    Action.REFUSE: extending.refuse,
}
DETAILED: Mapping[Action, Callable[[Turn, Person, IssueId, str, str], Awaitable[Issue]]] = {
    Action.EXTEND: extending.ask,
    Action.CONCLUDE: closing.conclude,
}
"""Steps that know more than a reason (`detail`): until which day, with which outcome."""


def reason_card(issue: int) -> str:
    """The card name of the message that asks for a reason."""
    return f"reason:{issue}"


async def ask(turn: Turn, person: Person, action: Action, issue_id: IssueId, detail: str = "") -> None:
    """Ask for the reason; an open chooser closes. Raises IllegalMove, what `detail` may, and as `steps.load`."""
    issue = await _checked(turn, person, action, issue_id)
    if action is Action.EXTEND:
        await extending.check(turn, issue, detail)
    elif action is Action.CONCLUDE:
        ends.outcome_of(issue, detail)
    await claiming.begin(turn, person, action, issue_id)
    if detail:
        await cards.redraw(turn, staff.chat_of(person), issue_id)
    await _draw(turn, person, issue, action, "asked", detail, fresh=True)


async def take(turn: Turn, person: Person, action: Action, issue_id: IssueId, sent: Incoming, detail: str = "") -> bool:
    """One message of an answer: its file is kept, its words are the reason; True when the step is taken.

    Raises ReasonNeeded for a message with neither, IllegalMove, and as `steps.load`.
    """
    issue = await _checked(turn, person, action, issue_id)
    kept = await evidence.keep(turn, person, issue, sent, Purpose.REMARK)
    if words := evidence.words_of(sent):
        await give(turn, person, action, issue_id, words, detail)
        return True
    if not kept and sent.media is None:
        raise ReasonNeeded(move=action.value)
    await _draw(turn, person, issue, action, "kept" if kept else "asked", detail)
    return False


async def give(turn: Turn, person: Person, action: Action, issue_id: IssueId, reason: str, detail: str = "") -> Issue:
    """Take the step with this reason. Raises ReasonNeeded, IllegalMove, what `detail` may, and as `steps.load`."""
    if action in DETAILED:
        issue = await DETAILED[action](turn, person, issue_id, reason, detail)
    else:
        issue = await STEPS[action](turn, person, issue_id, reason)
    await _draw(turn, person, issue, action, "done")
    return issue


async def leave(turn: Turn, person: Person, action: Action, issue_id: IssueId) -> None:
    """No reason after all: nothing happened. Whoever may see the issue may leave, also when the step is gone meanwhile."""
    await cards.check_sight(turn, person, issue_id)
    await claiming.give_up(turn, person, issue_id)
    await _draw(turn, person, await turn.uow.issues.get(issue_id), action, "left")


async def _checked(turn: Turn, person: Person, action: Action, issue_id: IssueId) -> Issue:
    issue = await steps.load(turn, person, action, issue_id)
    if not lifecycle.legal(issue, action):
        raise IllegalMove(number=issue.number, move=action.value, status=issue.status.value)
    return issue


async def _draw(
    turn: Turn, person: Person, issue: Issue, action: Action, stage: str, detail: str = "", *, fresh: bool = False
) -> None:
    """`stage`: 'asked', 'kept' (a photo came, the words are missing), 'done' or 'left'."""
    chat = staff.chat_of(person)
    if chat is None or not (fresh or await _is_asked(turn, chat, issue.id)):
        return
    facts = {"issue": issue.id, "number": issue.number, "move": action.value, "stage": stage, "detail": detail}
    await turn.tell(Message(chat, "issue/reason", facts, card=reason_card(issue.id), fresh=fresh))


async def _is_asked(turn: Turn, chat: ChatId, issue: IssueId) -> bool:
    return await turn.uow.cards.message_of(chat, reason_card(issue)) is not None
