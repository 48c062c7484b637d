"""Finding issues: one's own, one by number, some by words. What a person may not see does not exist for them."""

from typing import Any

from bot.domain.errors import IssueUnknown, NumberMalformed, WordsMissing
from bot.domain.ids import ChatId, IssueId
from bot.domain.issue import Issue, format_number, parse_number
from bot.domain.messages import Message, issue_card
from bot.domain.organisation import Person
from bot.domain.permissions import may_view, sight
from bot.ports import IssueView
from bot.services.issues import cards
from bot.services.people import bound
from bot.services.turn import Turn

PAGE = 6  # issues of a list: each has a button
FOUND = 10  # more than this is to be narrowed
MINE = 1000  # far more than anybody reports; bounds one answer's work


async def my(turn: Turn, person: Person, chat: ChatId, page: int = 0, *, fresh: bool = True) -> None:
    """The person's reports, open first; `page` counts from 0. Turning pages edits the list in place."""
    views = await turn.uow.issues.of_reporter(person.id, min((page + 1) * PAGE + 1, MINE))
    shown = views[page * PAGE : (page + 1) * PAGE]
    facts = {"rows": [row(turn, view) for view in shown], "page": page, "more": len(views) > (page + 1) * PAGE}
    await turn.tell(Message(chat, "lookup/my", facts, card="list:my", fresh=fresh))


async def find(turn: Turn, person: Person, chat: ChatId, words: str) -> None:
    """The newest issues in sight in which all the words occur. Raises WordsMissing."""
    if not words.strip():
        raise WordsMissing(command="/find", example="")
    found = await turn.uow.issues.find(words, sight(person), FOUND + 1)
    rows = [row(turn, view) for view in found.views[:FOUND]]
    since = found.since.isoformat() if found.since else None
    facts = {"rows": rows, "words": words[:100], "more": len(found.views) > FOUND, "since": since}
    await turn.tell(Message(chat, "lookup/found", facts))


async def numbered(turn: Turn, person: Person, given: str) -> Issue:
    """The issue of that number, if the person may see it. Raises WordsMissing, NumberMalformed, IssueUnknown."""
    example = format_number(turn.policy.prefix, turn.now.year, 1)
    if not given.strip():
        raise WordsMissing(command="/issue", example=f"/issue {example}")
    number = parse_number(given)
    if number is None:
        raise NumberMalformed(given=given.strip()[:40], example=example)
    issue = await turn.uow.issues.by_number(number)
    if issue is None or not may_view(person, await turn.uow.issues.standing(issue.id)):
        raise IssueUnknown(number=number)
    return issue


async def open_number(turn: Turn, person: Person, given: str) -> None:
    """Show the card at the bottom of the person's chat. Raises as `numbered`."""
    await cards.show(turn, person, (await numbered(turn, person, given)).id)


async def open_issue(turn: Turn, person: Person, issue_id: IssueId) -> None:
    """The same from a list's button. Raises IssueUnknown."""
    try:
        issue = await turn.uow.issues.get(issue_id)
    except LookupError:
        raise IssueUnknown(number="") from None
    await open_number(turn, person, issue.number)


async def open_in_group(turn: Turn, person: Person, chat: ChatId, given: str, topic: int | None) -> None:
    """Show the card to a group: only what the group was opened to, and what the asker may see (conversations.md: Groups).

    Raises GroupUnbound, OutsideGroup, and as `numbered`.
    """
    await bound.scopes(turn, chat)  # an unbound group does not even learn which numbers there are
    issue = await numbered(turn, person, given)
    await bound.check(turn, chat, await turn.uow.issues.standing(issue.id), issue.number)
    card = issue_card(issue.id)
    await turn.tell(Message(chat, "issue/card", {"issue": issue.id}, card=card, fresh=True, topic=topic))


def row(turn: Turn, view: IssueView) -> dict[str, Any]:
    """One line of a list, as facts: the moment's truth, frozen."""
    issue = view.issue
    return {
        "id": issue.id,
        "number": issue.number,
        "status": issue.status.value,
        "outcome": issue.outcome.value if issue.outcome else None,
        "project": view.project_name,
        "text": " ".join(issue.description.split())[:80],
        "deadline": issue.deadline.due_at.isoformat() if issue.deadline and issue.is_open else None,
        "overdue": issue.overdue_at(turn.now),
    }
