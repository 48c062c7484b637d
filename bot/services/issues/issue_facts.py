"""All that an issue's card says to one viewer, read when it is sent: the truth of that moment."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.domain import deadlines, lifecycle
from bot.domain.draft import Media, MediaState
from bot.domain.history import Action
from bot.domain.ids import IssueId
from bot.domain.issue import AT_THE_UNIT, Issue, Status, Word
from bot.domain.moves import MOVES
from bot.domain.organisation import Person
from bot.domain.permissions import may, may_view, open_to_clerks
from bot.ports import HistoryLine, IssueView
from bot.services.issues import choices, claims, likeness, past
from bot.services.issues.following import original_of
from bot.services.people import staff
from bot.services.timed import rungs
from bot.services.turn import Turn

Loader = Callable[[Turn, Person | None, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
_BUTTONS = tuple(  # in the order of the table; what is pressed elsewhere, or by nobody, is no button of a card
    action
    for action in MOVES
    if action not in {Action.VERIFY, Action.ABSORB, Action.ASK_AGAIN, Action.REMARK, Action.ADD_EVIDENCE, Action.REBIND}
)
_PLANNED = frozenset({Status.REPORTED, Status.REGISTERED, Status.VERIFIED, Status.RETURNED})


async def issue_facts(
    turn: Turn, viewer: Person | None, issue: IssueId, menu: str = "", *, desk: bool = False, page: int = 0
) -> dict[str, Any]:
    """What the card shows to this viewer (None: a group, which sees no names of reporters and has no buttons
    unless it is the desk's).

    `moves`: the `Action` values the viewer may take now; in the desk's group those a clerk may. `menu` opens a chooser and
    adds `choices`. `desk` adds how many wait. A viewer who may not see the issue any more gets `hidden` and its number only.
    """
    view = await turn.uow.issues.view(issue)
    base = {
        "issue": issue,
        "number": view.issue.number,
        "desk": desk,
        "menu": menu,
        "page": page,
        "group": viewer is None,
    }
    if viewer is not None and not may_view(viewer, view.standing):
        return {**base, "hidden": True}
    history = await turn.uow.issues.history(issue)
    return {
        **base,
        "hidden": False,
        **_of_view(view),
        **_of_issue(view.issue),
        "assignee_ready": await _ready(turn, view),
        "deadline": _deadline(turn, view.issue),
        "ladder": await rungs.of(turn, viewer, view),
        "photos": (files := _photos(await turn.uow.evidence.of_issue(issue))),
        "lacks": _lacks(turn, view.issue, files["pictures"]),
        **await past.of(turn, viewer, view, history, menu, page),
        "awaits": _words_of(history, Action.SUSPEND) if view.issue.status is Status.SUSPENDED else "",
        "more_time": _more_time(view.issue, history),
        "original": await _original(turn, view.issue),
        "in_hand": await claims.shown(turn, viewer, view, desk=desk),
        "moves": moves(turn, viewer, view, history) if viewer is not None or desk else [],
        **await likeness.of(turn, viewer, view, menu, desk=desk),
        **await choices.of(turn, viewer, view, menu, page, desk=desk),
    }


def moves(turn: Turn, viewer: Person | None, view: IssueView, history: Sequence[HistoryLine]) -> list[str]:
    """What this viewer (None: some clerk) may press now: allowed to the person and legal in the issue's state."""

    def allowed(action: Action) -> bool:
        return open_to_clerks(action) if viewer is None else may(viewer, action, view.standing)

    found = [a for a in _BUTTONS if lifecycle.legal(view.issue, a) and allowed(a)]
    if view.issue.word is Word.SOLVED and Action.CONFIRM in found:
        found.remove(Action.CONFIRM)
    if viewer is not None and view.issue.assignee == viewer.id and Action.NUDGE in found:
        found.remove(Action.NUDGE)
    last = lifecycle.last_move(line.entry for line in history)
    undoable = lifecycle.undoable(last, turn.now, turn.policy.undo_minutes)
    if undoable and allowed(Action.UNDO):
        found.append(Action.UNDO)
    return [action.value for action in found]


def _of_view(view: IssueView) -> dict[str, Any]:
    return {
        "project": view.project_name,
        "district": view.district,
        "unit": view.unit_name,
        "assignee": view.assignee_name,
        "reporter": view.reporter_name,
    }


def _of_issue(issue: Issue) -> dict[str, Any]:
    place = issue.place
    return {
        "status": issue.status.value,
        "category": issue.category.value,
        "level": issue.level.value,
        "kind": issue.kind.value,
        "channel": issue.channel.value,
        "text": issue.description,
        "place": {"latitude": place.latitude, "longitude": place.longitude, "title": place.title} if place else None,
        "unverified": issue.unverified_reporter,
        "outcome": issue.outcome.value if issue.outcome else None,
        "result": issue.result,
        "means": [means.value for means in issue.means],
        "word": issue.word.value if issue.word else None,
        "satisfaction": issue.satisfaction.value if issue.satisfaction else None,
        "reopened": issue.reopened,
        "nudged": issue.nudged,
    }


def _words_of(history: Sequence[HistoryLine], action: Action) -> str:
    """What was said with the newest such step."""
    return next((line.entry.words for line in reversed(history) if line.entry.action is action), "")


def _more_time(issue: Issue, history: Sequence[HistoryLine]) -> dict[str, Any] | None:
    """Until when and why the unit asks for more time, while nobody has decided."""
    if issue.asked_until is None:
        return None
    return {"until": issue.asked_until.isoformat(), "words": _words_of(history, Action.EXTEND)}


async def _original(turn: Turn, issue: Issue) -> dict[str, Any] | None:
    """Where the issue it was merged into stands; its number and state only: who may see one need not see the other."""
    if issue.merged_into is None:
        return None
    original = await original_of(turn, issue)
    return {"number": original.number, "status": original.status.value}


async def _ready(turn: Turn, view: IssueView) -> bool:
    """The assignee has bound an account: a task reaches them."""
    person = await staff.known(turn, view.issue.assignee)
    return person is not None and staff.chat_of(person) is not None


def _deadline(turn: Turn, issue: Issue) -> dict[str, Any] | None:
    """A running or named one with working days left (negative: overdue); else the days it will have once assigned."""
    if issue.deadline is None:
        days = deadlines.working_days(issue, turn.policy)
        return {"due_at": None, "days": days} if issue.status in _PLANNED else None
    return {
        "due_at": issue.deadline.due_at.isoformat(),
        "left": deadlines.days_left(issue.deadline, turn.calendar, turn.now),
        "runs": issue.status in AT_THE_UNIT,
        "provisional": issue.deadline.provisional,
        "policy": issue.deadline.policy,
    }


def _lacks(turn: Turn, issue: Issue, pictures: int) -> list[str]:
    """What a report of its category should have and this one has not, as long as the desk may still ask for it."""
    if issue.status not in _PLANNED:
        return []
    rules = turn.policy.categories[issue.category]
    return [name.value for name in rules.lacks(photo=pictures > 0, place=issue.place is not None)]


def _photos(media: Sequence[Media]) -> dict[str, int]:
    """How many files there are, how many are still being fetched after a failure, how many are missing for good."""
    return {
        "total": len(media),
        "pictures": sum(item.is_picture for item in media),
        "waiting": sum(item.is_delayed for item in media),
        "missing": sum(item.state is MediaState.MISSING for item in media),
    }


async def load_card(turn: Turn, viewer: Person | None, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """`issue/card`: facts `issue`, and where a chooser is open `menu` and `page`."""
    page = int(facts.get("page", 0))
    found = await issue_facts(
        turn, viewer, IssueId(facts["issue"]), facts.get("menu", ""), desk=facts.get("desk", False), page=page
    )
    return {**facts, **found}


async def load_question(turn: Turn, viewer: Person | None, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """`closing/ask`: facts `issue`. `silence_until`: from then on silence counts as consent."""
    found = await issue_facts(turn, viewer, IssueId(facts["issue"]))
    issue = (await turn.uow.issues.view(IssueId(facts["issue"]))).issue
    until = deadlines.silence_until(issue, turn.calendar, turn.policy)
    return {**facts, **found, "silence_until": until.isoformat() if until else None}


async def expect(turn: Turn, shown: Sequence[tuple[Person | None, Mapping[str, Any]]]) -> None:
    """`issue_facts` is asked for each of these next."""
    issues = [IssueId(facts["issue"]) for _, facts in shown]
    await turn.uow.issues.expect(issues)
    await turn.uow.evidence.expect(issues=issues)
    await turn.uow.desks.expect_claims([IssueId(facts["issue"]) for _, facts in shown if facts.get("desk")])


LOADERS: Mapping[str, Loader] = {"issue/card": load_card, "closing/ask": load_question}
EXPECTERS = {"issue/card": expect, "closing/ask": expect}
