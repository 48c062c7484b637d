"""Who can be told about which issue: looked up for many issues at once, so that a run costs a few queries, not one each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.ids import PersonId, UnitCode
from bot.domain.issue import Standing
from bot.domain.organisation import CITY, Person, Role, Scope, ScopeKind, Unit
from bot.ports import Subscription
from bot.services.turn import Turn

Holders = Mapping[tuple[Role, Scope], Sequence[Person]]
_ROLES = (Role.LEADER, Role.AUDITOR, Role.CLERK)


@dataclass(frozen=True, slots=True)
class Reach:
    """The people around some issues."""

    units: Mapping[UnitCode, Unit]
    people: Mapping[PersonId, Person]  # assignees and heads
    holders: Holders  # leaders, auditors and clerks by scope

    def assignee(self, standing: Standing) -> Person | None:
        """Whose name is on it, bound or not."""
        return self.people.get(standing.assignee) if standing.assignee is not None else None

    def head(self, standing: Standing) -> list[Person]:
        """Who leads the responsible unit and can be told: its head, else whoever holds the leader's role over it."""
        unit = self.units.get(standing.unit) if standing.unit is not None else None
        if unit is None:
            return []
        named = self.people.get(unit.head) if unit.head is not None else None
        if named is not None and can_be_told(named):
            return [named]
        return self._holding(Role.LEADER, [Scope(ScopeKind.UNIT, unit.code)])

    def on_rung(self, standing: Standing, who: str) -> list[Person]:
        """Who stands on a rung of the ladder (domain.md: escalation) and can be told."""
        return self.head(standing) if who == "head" else self._holding(*_rung(standing, who))

    def absent_on(self, standing: Standing, who: str) -> list[Person]:
        """Who stands there and can't be told."""
        there = self._holders_of(*_rung(standing, who))
        unit = self.units.get(standing.unit) if who == "head" and standing.unit is not None else None
        if unit is not None and unit.head is not None and unit.head in self.people:
            there = {unit.head: self.people[unit.head], **there}
        return [person for person in there.values() if not can_be_told(person)]

    def clerks(self, standing: Standing) -> list[Person]:
        """The desk of an issue: every clerk in scope who can be told (conversations.md: Clerk)."""
        return self._holding(Role.CLERK, scopes_over(standing))

    def _holding(self, role: Role, scopes: Iterable[Scope]) -> list[Person]:
        return [person for person in self._holders_of(role, scopes).values() if can_be_told(person)]

    def _holders_of(self, role: Role, scopes: Iterable[Scope]) -> dict[PersonId, Person]:
        return {person.id: person for scope in scopes for person in self.holders.get((role, scope), ())}


def _rung(standing: Standing, who: str) -> tuple[Role, list[Scope]]:
    """Who stands on a rung: whoever holds this role over one of these scopes. ValueError for a rung there is not."""
    match who:
        case "head":
            return Role.LEADER, [Scope(ScopeKind.UNIT, standing.unit)] if standing.unit is not None else []
        case "district_leader":
            return Role.LEADER, [Scope(ScopeKind.DISTRICT, standing.district)]
        case "city_leader":
            return Role.LEADER, [CITY]
        case "auditor":
            return Role.AUDITOR, [CITY, Scope(ScopeKind.DISTRICT, standing.district)]
        case _:
            raise ValueError(f"the ladder has no rung called {who!r}")


def can_be_told(person: Person) -> bool:
    """Has bound an account, still works here, and has not blocked the bot."""
    return person.user_id is not None and person.reachable and not person.left


def why_untold(person: Person | None) -> str:
    """Why somebody can't be told: 'nobody', 'left', 'unbound' or 'blocked'."""
    if person is None:
        return "nobody"
    if person.left:
        return "left"
    return "unbound" if person.user_id is None else "blocked"


def scopes_over(standing: Standing) -> list[Scope]:
    """Every scope that covers an issue, widest first: the other way round of `permissions.covers`."""
    units = {unit for unit in (standing.unit, standing.owner, standing.reporting_unit) if unit is not None}
    return [
        CITY,
        Scope(ScopeKind.DISTRICT, standing.district),
        *(Scope(ScopeKind.UNIT, unit) for unit in sorted(units)),
        Scope(ScopeKind.PROJECT, standing.project),
    ]


async def look_up(turn: Turn, standings: Sequence[Standing]) -> Reach:
    """The people around these issues, in five queries however many there are."""
    if not standings:
        return Reach({}, {}, {})
    units = {unit.code: unit for unit in await turn.uow.units.all()}
    named = {standing.assignee for standing in standings} | {
        units[standing.unit].head for standing in standings if standing.unit in units
    }
    people = await turn.uow.people.many(sorted(person for person in named if person is not None))
    return Reach(units, people, await _holders(turn, standings))


async def unit_groups(turn: Turn) -> Mapping[UnitCode | None, Sequence[Subscription]]:
    """The groups that were opened to a unit's own figures: the unit's groups."""
    found: dict[UnitCode | None, list[Subscription]] = defaultdict(list)
    for group in await turn.uow.subscriptions.all():
        if group.scope.kind is ScopeKind.UNIT:
            found[UnitCode(group.scope.value)].append(group)
    return found


async def _holders(turn: Turn, standings: Sequence[Standing]) -> Holders:
    scopes = sorted({scope for standing in standings for scope in scopes_over(standing)})
    found: dict[tuple[Role, Scope], list[Person]] = defaultdict(list)
    for role in _ROLES:
        for person in await turn.uow.people.holding(role, scopes):
            for grant in sorted(person.grants):
                if grant.role is role:
                    found[role, grant.scope].append(person)
    return found
