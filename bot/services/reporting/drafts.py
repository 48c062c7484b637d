"""A draft's card: what it shows, and what its owner chooses on it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.draft import Draft, DraftState, Media, MediaState
from bot.domain.errors import DraftClosed, NotAllowed, ProjectUnknown
from bot.domain.ids import DraftId, ProjectCode
from bot.domain.issue import Category, Level
from bot.domain.messages import Message, draft_card
from bot.domain.organisation import Person, Project, ScopeKind
from bot.services.turn import Turn

OFFERED = 8  # projects on one chooser: more would not fit a thumb


@dataclass(frozen=True, slots=True)
class Menu:
    """Which chooser the card is open at: '' for none, 'project', 'category', 'level'.

    `words` are what a project is searched by; `submit` says that picking one files the draft.
    """

    name: str = ""
    words: str = ""
    submit: bool = False


CLOSED_MENU = Menu()


async def show(turn: Turn, draft: Draft, menu: Menu = CLOSED_MENU, *, fresh: bool = False) -> None:
    """Draw the card, in place unless `fresh`."""
    facts = {"draft": draft.id, "menu": menu.name, "words": menu.words, "submit": menu.submit}
    await turn.tell(Message(draft.chat, "report/draft", facts, card=draft_card(draft.id), fresh=fresh))


async def own(turn: Turn, person: Person, draft_id: DraftId) -> Draft:
    """The person's open draft. Raises DraftClosed (with the number if it was filed), NotAllowed."""
    try:
        draft = await turn.uow.drafts.get(draft_id)
    except LookupError:
        raise DraftClosed(number="") from None
    if draft.person != person.id:
        raise NotAllowed(action="draft")
    if draft.state is not DraftState.OPEN:
        raise DraftClosed(number=await number_of(turn, draft))
    return draft


async def number_of(turn: Turn, draft: Draft) -> str:
    """The number the draft was filed under, '' if it was not."""
    return (await turn.uow.issues.get(draft.issue)).number if draft.issue is not None else ""


async def open_menu(turn: Turn, person: Person, draft_id: DraftId, menu: Menu) -> None:
    """Turn the card into a chooser, or back."""
    await show(turn, await own(turn, person, draft_id), menu)


async def reopen_menu(turn: Turn, person: Person, draft_id: DraftId, menu: Menu) -> bool:
    """The same from a message; False if the draft is open no more."""
    try:
        await open_menu(turn, person, draft_id, menu)
    except (DraftClosed, NotAllowed):
        return False
    return True


async def choose_category(turn: Turn, person: Person, draft_id: DraftId, category: Category) -> None:
    """From now on words don't change it any more."""
    draft = replace(await own(turn, person, draft_id), category=category, category_chosen=True)
    await _keep(turn, draft)


async def choose_level(turn: Turn, person: Person, draft_id: DraftId, level: Level) -> None:
    """How urgent it is."""
    await _keep(turn, replace(await own(turn, person, draft_id), level=level))


async def choose_project(turn: Turn, person: Person, draft_id: DraftId, code: ProjectCode) -> Draft:
    """Which project it is about. Raises ProjectUnknown, and NotAllowed for a guest who never scanned its card."""
    draft = replace(await own(turn, person, draft_id), project=(await allowed_project(turn, person, code)).code)
    await _keep(turn, draft)
    return draft


async def cancel(turn: Turn, person: Person, draft_id: DraftId) -> None:
    """The card says so; what was sent stays in the draft, nobody else sees it."""
    await _keep(turn, replace(await own(turn, person, draft_id), state=DraftState.CANCELLED))


async def _keep(turn: Turn, draft: Draft) -> None:
    await turn.uow.drafts.save(draft)
    await show(turn, draft)


async def allowed_project(turn: Turn, person: Person, code: ProjectCode) -> Project:
    """The project, if this person may report to it. Raises ProjectUnknown, NotAllowed."""
    try:
        project = await turn.uow.projects.get(code)
    except LookupError:
        raise ProjectUnknown(given=code) from None
    if project.left:
        raise ProjectUnknown(given=code)
    if person.is_guest and code not in person.scanned:
        raise NotAllowed(action="report")
    return project


async def usual_project(turn: Turn, person: Person) -> ProjectCode | None:
    """What a new draft is about until somebody says otherwise: the card last scanned, the last report, or the only one."""
    code = person.current_project
    if code is None:
        codes = {grant.scope.value for grant in person.grants if grant.scope.kind is ScopeKind.PROJECT}
        code = ProjectCode(codes.pop()) if len(codes) == 1 else None
    try:
        return (await allowed_project(turn, person, code)).code if code else None
    except (ProjectUnknown, NotAllowed):
        return None


async def projects_for(turn: Turn, person: Person, words: str) -> list[Project]:
    """What the chooser offers, at most one more than fits: a guest's scanned projects, search results, or the likely ones."""
    if person.is_guest:
        found = [project for project in await turn.uow.projects.all() if project.code in person.scanned]
        return [project for project in found if words.casefold() in project.name.casefold()]
    if words.strip():
        return [p for p in await turn.uow.projects.search(words, OFFERED + 1) if not p.left]
    projects = await turn.uow.projects.all()
    return sorted(projects, key=lambda project: _distance(person, project))[: OFFERED + 1]


def _distance(person: Person, project: Project) -> tuple[int, str]:
    """Nearest first: the current project, those of one's scopes or unit, the rest."""
    scopes = {grant.scope.value for grant in person.grants if grant.scope.value}
    near = scopes & {project.code, project.owner, project.district} or person.unit == project.owner
    return (0 if project.code == person.current_project else 1 if near else 2), project.code


# --- what the card shows, read when it is sent -------------------------------------------------------------------


async def card_facts(turn: Turn, viewer: Person | None, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """All that `report/draft` needs; the card is its owner's, whoever looks."""
    draft = await turn.uow.drafts.get(DraftId(facts["draft"]))
    owner = await turn.uow.people.get(draft.person) if viewer is None or viewer.left else viewer
    files = _files(await turn.uow.evidence.of_draft(draft.id))
    return {
        **facts,
        "state": draft.state.value,
        "number": await number_of(turn, draft),
        "issue": draft.issue,
        "text": draft.text,
        "category": draft.category,
        "guessed": not draft.category_chosen,
        "level": draft.level,
        "place": _place(draft),
        "project": await _project(turn, draft),
        "lacks": _lacks(turn, draft, files["pictures"]),
        **files,
        **await _offers(turn, owner, draft, facts),
    }


async def expect_cards(turn: Turn, shown: Sequence[tuple[Person | None, Mapping[str, Any]]]) -> None:
    """`card_facts` is asked for each of these next."""
    drafts = [DraftId(facts["draft"]) for _, facts in shown]
    await turn.uow.drafts.expect(drafts)
    await turn.uow.evidence.expect(drafts=drafts)
    await turn.uow.issues.expect_last_open([viewer.id for viewer, facts in shown if viewer and not facts["menu"]])


async def _project(turn: Turn, draft: Draft) -> dict[str, str] | None:
    if draft.project is None:
        return None
    project = await turn.uow.projects.get(draft.project)
    return {"code": project.code, "name": project.name, "district": project.district}


def _lacks(turn: Turn, draft: Draft, pictures: int) -> list[str]:
    """What reports of this category should have, and this one has not."""
    if draft.category is None or draft.state is not DraftState.OPEN:
        return []
    rules = turn.policy.categories[draft.category]
    return [name.value for name in rules.lacks(photo=pictures > 0, place=draft.place is not None)]


def _place(draft: Draft) -> dict[str, Any] | None:
    place = draft.place
    return {"latitude": place.latitude, "longitude": place.longitude, "title": place.title} if place else None


def _files(media: list[Media]) -> dict[str, int]:
    pictures = sum(1 for item in media if item.is_picture)
    missing = sum(1 for item in media if item.state is MediaState.MISSING)
    return {"pictures": pictures, "files": len(media) - pictures, "missing": missing}


async def _offers(turn: Turn, owner: Person, draft: Draft, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Projects for the chooser; else the last open issue, to which the draft could be added instead."""
    offers: dict[str, Any] = {"projects": [], "more": False, "last": None, "guest": owner.is_guest}
    if draft.state is not DraftState.OPEN:
        return offers
    if facts["menu"] == "project":
        found = await projects_for(turn, owner, facts["words"])
        offers["projects"] = [{"code": p.code, "name": p.name, "district": p.district} for p in found[:OFFERED]]
        offers["more"] = len(found) > OFFERED
    elif not facts["menu"]:
        last = await turn.uow.issues.last_open_of(owner.id)
        offers["last"] = last.number if last else None
    return offers


LOADERS: Mapping[str, Callable[[Turn, Person | None, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]] = {
    "report/draft": card_facts
}
EXPECTERS = {"report/draft": expect_cards}
