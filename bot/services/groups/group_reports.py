"""/report in a group: a message somebody wrote there becomes an issue, for its author (conversations.md: Groups)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain import lifecycle
from bot.domain.draft import Draft, Purpose
from bot.domain.errors import FiledBefore, NotAllowed, ProjectNeeded
from bot.domain.ids import ChatId, DraftId, MessageId, ProjectCode
from bot.domain.incoming import Account, Incoming
from bot.domain.issue import Channel, Issue, Standing
from bot.domain.messages import Message
from bot.domain.organisation import Person, Project, ScopeKind
from bot.domain.permissions import Access, may_file_for, may_use
from bot.services.desk import desk
from bot.services.issues import cards, evidence
from bot.services.people import bound, people, scopes
from bot.services.people.staff import chat_of
from bot.services.reporting import additions, drafts, filing, reporting
from bot.services.turn import Turn

EXAMPLE = "/report P002"


@dataclass(frozen=True, slots=True)
class Asked:
    """Where /report stands, and what follows it: words that name a project, or nothing."""

    message: MessageId
    topic: int | None = None
    words: str = ""


async def file(turn: Turn, person: Person, author: Account, said: Sequence[Incoming], asked: Asked) -> Issue:
    """File what `author` said, one message or the siblings of an album.

    A stranger becomes a guest, and the issue waits for the clerk with a mark. Who files may do so for their own unit, and
    within their roles' scopes. Raises NotAllowed, GroupUnbound, OutsideGroup,
    ProjectNeeded, ProjectUnknown, FiledBefore.
    """
    chat = said[0].chat
    if not may_use(person, Access.FILE_FOR):
        raise NotAllowed(action=Access.FILE_FOR.value)
    await bound.scopes(turn, chat)
    await _check_new(turn, said)
    writer = await people.guest(turn, await turn.uow.people.by_user(author.user), author, reachable=False)
    project = await _project(turn, chat, writer, person, asked.words)
    standing = _standing(writer, person, project)
    await bound.check(
        turn, chat, standing, asked.words.strip()[:40]
    )  # only named ones can lie outside: nothing else is said
    if not may_file_for(person, replace(standing, reporting_unit=person.unit)):
        raise NotAllowed(action=Access.FILE_FOR.value)
    issue = await _file(turn, person, writer, project, said)
    await _tell(turn, issue, writer, project, chat, asked)
    return issue


async def _check_new(turn: Turn, said: Sequence[Incoming]) -> None:
    for one in said:
        found = await additions.issue_of(turn, one)
        album = await turn.uow.drafts.album(one.chat, one.media_group) if one.media_group else None
        if (issue := found or (album.issue if album else None)) is not None:
            raise FiledBefore(number=(await turn.uow.issues.get(issue)).number)


async def _project(turn: Turn, chat: ChatId, writer: Person, person: Person, words: str) -> Project:
    """The one that is named; the group's own; the author's current one, else that of who files it, if the group may see it."""
    if words.strip():
        scope = await scopes.resolve(turn, f"project {words}")
        return await drafts.allowed_project(turn, person, ProjectCode(scope.value))
    own = {scope.value for scope in await bound.scopes(turn, chat) if scope.kind is ScopeKind.PROJECT}
    if len(own) == 1:
        return await drafts.allowed_project(turn, person, ProjectCode(own.pop()))
    for somebody in (writer, person):
        if (code := await drafts.usual_project(turn, somebody)) is not None:
            project = await turn.uow.projects.get(code)
            if await bound.may_show(turn, chat, _standing(writer, person, project)):
                return project
    raise ProjectNeeded(example=EXAMPLE)


def _standing(writer: Person, person: Person, project: Project) -> Standing:
    """Where it would stand: an unknown author's issue is reported by the unit of who files it."""
    unit = writer.unit or person.unit
    return Standing(project.code, project.district, project.owner, unit, None, writer.id, None)


async def _file(turn: Turn, person: Person, writer: Person, project: Project, said: Sequence[Incoming]) -> Issue:
    text = "\n".join(one.text for one in said if one.text)
    place = next((one.place for one in said if one.place), None)
    draft = Draft(DraftId(0), writer.id, said[0].chat, turn.now, text=text, place=place)
    draft = replace(draft, category=await reporting.guess(turn, draft))
    issue = await filing.issue_of(turn, writer, draft, project.code)
    issue = replace(issue, channel=Channel.GROUP, reporting_unit=writer.unit or person.unit)
    issue = await turn.uow.issues.add(lifecycle.report(issue, person.id))
    for one in said:
        await additions.remember(turn, issue.id, one, Purpose.REPORT)
        if await additions.issue_of(turn, one) != issue.id:  # somebody else was quicker, on another machine
            await _check_new(turn, [one])
        await evidence.keep(turn, writer, issue, one, Purpose.REPORT)
    return issue


async def _tell(turn: Turn, issue: Issue, writer: Person, project: Project, chat: ChatId, asked: Asked) -> None:
    """The desk gets the case, the author their card if they can be told, the group the number."""
    await desk.announce(turn, issue, project)
    if (private := chat_of(writer)) is not None:
        await turn.tell(cards.card(private, issue.id, fresh=True))
    facts = {
        "name": writer.name,
        "number": issue.number,
        "project": project.name,
        "files": len(await turn.uow.evidence.of_issue(issue.id)),
        "unverified": issue.unverified_reporter,
    }
    await turn.tell(Message(chat, "groups/filed", facts, topic=asked.topic, reply_to=asked.message))
