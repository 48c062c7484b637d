"""What happened to the office itself: roles, accounts, groups, rules. Ids and codes only; names stand elsewhere, erasable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.ids import PersonId
from bot.domain.organisation import Grant


class Event(StrEnum):
    """Every way the office changes that must not be forgotten."""

    ROLES = "roles"  # of a person: given, taken
    BIND = "bind"  # an account to a person; not which
    REVOKE = "revoke"  # the account and every role
    SUBSCRIBE = "subscribe"  # a group gets a scope's figures
    UNSUBSCRIBE = "unsubscribe"
    DESK = "desk"  # a group becomes the desk's
    UNDESK = "undesk"
    POLICY = "policy"  # another version is in force
    ERASE_ASKED = "erase_asked"
    ERASE_REFUSED = "erase_refused"
    ERASE = "erase"  # a person's name, words and pictures


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the journal. `subject`: `person:7`, `chat:-100…`, `policy`. `by` None: the system, or the command line."""

    event: Event
    subject: str
    at: datetime
    by: PersonId | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def person(who: PersonId) -> str:
    """A person as a subject."""
    return f"person:{who}"


def roles(grants: frozenset[Grant]) -> dict[str, list[str]]:
    """Grants as the journal keeps them: `clerk@city`."""
    return {"roles": sorted(f"{grant.role.value}@{grant.scope}" for grant in grants)}
