"""From draft to ledger: the number, the issue, its evidence and its card in one transaction."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.domain import lifecycle
from bot.domain.draft import Draft, DraftState
from bot.domain.errors import DraftClosed, DraftEmpty
from bot.domain.ids import DraftId, IssueId, MessageId, ProjectCode
from bot.domain.incoming import Incoming
from bot.domain.issue import Category, Issue
from bot.domain.messages import Message, draft_card, issue_card
from bot.domain.organisation import Person
from bot.services.desk import desk
from bot.services.reporting import additions, drafts
from bot.services.turn import Turn


async def submit(turn: Turn, person: Person, draft_id: DraftId) -> Issue | None:
    """File the draft; None if it has no project yet: then its card asks which, and `file_under` files it.

    Raises DraftClosed (pressed twice: with the number), DraftEmpty, NotAllowed, ProjectUnknown.
    """
    draft = await drafts.own(turn, person, draft_id)
    await _check_content(turn, draft)
    if draft.project is None:
        await drafts.show(turn, draft, drafts.Menu("project", submit=True))
        return None
    return await _file(turn, person, draft, draft.project)


async def file_under(turn: Turn, person: Person, draft_id: DraftId, code: ProjectCode) -> Issue:
    """The project that was asked for: choose it and file. Raises as `submit`."""
    draft = await drafts.own(turn, person, draft_id)
    await _check_content(turn, draft)
    return await _file(turn, person, draft, code)


async def add_to_last(turn: Turn, person: Person, draft_id: DraftId) -> Issue:
    """Not a new obstacle after all: the draft's words and evidence join the person's last open issue.

    Raises DraftClosed, DraftEmpty if there is nothing to add or no such issue any more.
    """
    draft = await drafts.own(turn, person, draft_id)
    await _check_content(turn, draft)
    issue = await turn.uow.issues.last_open_of(person.id)
    if issue is None:
        raise DraftClosed(number="")
    files = await turn.uow.evidence.of_draft(draft.id)
    await turn.uow.evidence.file_under(draft.id, issue.id)
    draft = replace(draft, state=DraftState.FILED, issue=issue.id)
    await turn.uow.drafts.save(draft)
    whole = Incoming(draft.chat, MessageId(0), text=draft.text, place=draft.place)
    await additions.write(turn, person, issue, whole, media=bool(files))
    await drafts.show(turn, draft)
    return issue


async def _check_content(turn: Turn, draft: Draft) -> None:
    """Words or evidence; a place alone says nothing. Raises DraftEmpty."""
    if not draft.text.strip() and not await turn.uow.evidence.of_draft(draft.id):
        raise DraftEmpty


async def _file(turn: Turn, person: Person, draft: Draft, code: ProjectCode) -> Issue:
    project = await drafts.allowed_project(turn, person, code)
    issue = await turn.uow.issues.add(lifecycle.report(await issue_of(turn, person, draft, project.code)))
    await turn.uow.evidence.file_under(draft.id, issue.id)
    await turn.uow.drafts.save(replace(draft, project=project.code, state=DraftState.FILED, issue=issue.id))
    if person.current_project != project.code:
        await turn.uow.people.save(replace(person, current_project=project.code))
    await _turn_card(turn, draft, issue)
    await desk.announce(turn, issue, project)
    return issue


async def issue_of(turn: Turn, person: Person, draft: Draft, project: ProjectCode) -> Issue:
    """The draft as an issue of this reporter, under the year's next number; not yet in the ledger."""
    year = turn.now.astimezone(ZoneInfo(turn.policy.timezone)).year
    return Issue(
        id=IssueId(0),
        number=await turn.uow.issues.next_number(turn.policy.prefix, year),
        project=project,
        reporter=person.id,
        category=draft.category or Category.OTHER,
        level=draft.level,
        description=draft.text.strip(),
        reported_at=turn.now,
        reporting_unit=person.unit,
        unverified_reporter=person.is_guest,
        place=draft.place,
    )


async def _turn_card(turn: Turn, draft: Draft, issue: Issue) -> None:
    """The draft's card becomes the issue's, in place."""
    card = issue_card(issue.id)
    await turn.uow.cards.rename(draft.chat, draft_card(draft.id), card)
    await turn.tell(Message(draft.chat, "issue/card", {"issue": issue.id}, card=card))
