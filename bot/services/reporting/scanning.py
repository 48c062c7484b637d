"""A service card 服务卡 opened: whoever does may report to its project, and gets no other right (domain.md)."""

from dataclasses import replace

from bot.domain.errors import CardRevoked
from bot.domain.ids import ChatId
from bot.domain.incoming import Account
from bot.domain.messages import Message
from bot.domain.organisation import Person, Project
from bot.services.people import people
from bot.services.reporting import drafts
from bot.services.turn import Turn


async def scan(turn: Turn, speaker: Person | None, account: Account, token: str) -> Person:
    """Somebody opened a card: greet, and make its project their current one; a stranger becomes a guest.

    Raises CardRevoked.
    """
    card = await turn.uow.projects.card(token)
    project = await turn.uow.projects.get(card.project) if card is not None else None
    if card is None or card.revoked_at is not None or project is None or project.left:
        raise CardRevoked
    person = await people.guest(turn, speaker, account)
    await turn.uow.projects.count_scan(token, person.id, turn.now)
    person = replace(person, current_project=project.code, scanned=person.scanned | {project.code})
    await turn.uow.people.save(person)
    await _greet(turn, person, project, ChatId(account.user))
    await _point_draft(turn, person, project, ChatId(account.user))
    return person


async def _greet(turn: Turn, person: Person, project: Project, chat: ChatId) -> None:
    server = await turn.uow.people.get(project.served_by) if project.served_by is not None else None
    facts = {
        "name": person.name,
        "guest": person.is_guest,
        "project": project.name,
        "district": project.district,
        "served_by": server.name if server is not None else "",
    }
    await turn.tell(Message(chat, "start/card", facts))


async def _point_draft(turn: Turn, person: Person, project: Project, chat: ChatId) -> None:
    """A report begun before the scan is about the project just scanned; its card comes down below the greeting."""
    draft = await turn.uow.drafts.open_of(person.id, chat)
    if draft is not None:
        draft = replace(draft, project=project.code)
        await turn.uow.drafts.save(draft)
        await drafts.show(turn, draft, fresh=True)
