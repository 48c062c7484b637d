"""An invitation opened: from now on this Telegram account is that person of the office."""

from dataclasses import replace

from bot.domain import journal, lifecycle
from bot.domain.errors import AlreadyBound, InvitationInvalid
from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId
from bot.domain.incoming import Account
from bot.domain.journal import Event, Record
from bot.domain.organisation import Invitation, Person
from bot.services.issues import cards
from bot.services.people import people
from bot.services.turn import Turn


async def bind(turn: Turn, speaker: Person | None, account: Account, token: str) -> Person:
    """Bind the account to the person the invitation was issued for, and greet. `speaker`: whom it belongs to so far.

    A guest's reports go along. Raises InvitationInvalid, AlreadyBound.
    """
    invitation = await turn.uow.people.invitation(people.digest(token))
    if invitation is None:
        raise InvitationInvalid(why="unknown")
    person = await turn.uow.people.get(invitation.person)
    if person.left:
        raise InvitationInvalid(why="unknown")
    if speaker is None or speaker.id != person.id:
        await _use(turn, speaker, invitation)
        person = await _give_account(turn, speaker, account, person)
    await people.welcome(turn, person, ChatId(account.user), bound=True)
    return person


async def _use(turn: Turn, speaker: Person | None, invitation: Invitation) -> None:
    """Raises InvitationInvalid, AlreadyBound (the invitation stays good for its person)."""
    if invitation.used_at is not None:
        raise InvitationInvalid(why="used")
    if turn.now >= invitation.expires_at:
        raise InvitationInvalid(why="expired")
    if speaker is not None and not speaker.is_guest and not speaker.left:
        raise AlreadyBound
    if not await turn.uow.people.use_invitation(invitation.token_sha256, turn.now):
        raise InvitationInvalid(why="used")


async def _give_account(turn: Turn, speaker: Person | None, account: Account, person: Person) -> Person:
    absorbed: list[IssueId] = []
    if speaker is not None and speaker.is_guest:
        absorbed = await turn.uow.people.absorb(speaker.id, person.id)
        person = replace(person, current_project=speaker.current_project or person.current_project)
    elif speaker is not None:
        await people.release(turn, speaker)
    language = person.language or account.language
    person = replace(person, user_id=account.user, reachable=True, language=language)
    await turn.uow.people.save(person)
    await turn.uow.journal.note(Record(Event.BIND, journal.person(person.id), turn.now, person.id))
    for issue in absorbed:
        await _rebind(turn, issue, person)
    return person


async def _rebind(turn: Turn, issue_id: IssueId, person: Person) -> None:
    """What a guest reported is now this person's, and no longer marked."""
    issue = await turn.uow.issues.get(issue_id)
    unit = issue.reporting_unit or person.unit
    change = lifecycle.step(
        issue,
        Action.REBIND,
        person.id,
        turn.now,
        reporter=person.id,
        reporting_unit=unit,
        unverified_reporter=False,
    )
    await turn.uow.issues.save(change)
    await cards.refresh(turn, issue_id)
