"""Every command there is, in one table: the menus, `/help` and the gate read it (conversations.md)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.domain.organisation import Person
from bot.domain.permissions import Access, may_use


@dataclass(frozen=True, slots=True)
class Command:
    """`name` without its slash; where it works; which access it takes (None: everybody), `group_access` instead in a group
    where it is another one; what it does, in English.

    `description` is a source text of the catalogues, at most 100 characters (a menu's); `words` is what may follow.
    """

    name: str
    description: str
    access: Access | None = None
    private: bool = True
    group: bool = False
    words: str = ""
    group_access: Access | None = None

    def asks(self, *, group: bool) -> Access | None:
        """The access it takes there."""
        return self.group_access or self.access if group else self.access


def _(source: str) -> str:
    """Marks a source text for the catalogues; translated when it is shown."""
    return source


COMMANDS: Sequence[Command] = (
    Command("start", _("who you are here and what you can do")),
    Command("my", _("your reports and where they stand")),
    Command("issue", _("one issue by its number"), group=True, words=_("number")),
    Command("find", _("issues by words"), words=_("words")),
    Command(
        "desk",
        _("the queue at the desk; in a group: this group becomes the desk"),
        Access.DESK,
        group=True,
        group_access=Access.BIND_GROUP,
    ),
    Command("tasks", _("your open tasks, nearest deadline first"), Access.TASKS),
    Command("overdue", _("what is overdue, longest first"), Access.OVERDUE),
    Command("board", _("what is open, overdue and escalated in your scope"), Access.BOARD),
    Command("ledger", _("the ledger as a spreadsheet"), Access.LEDGER, words=_("filter")),
    Command("digest", _("the weekly digest as it stands now"), Access.DIGEST, group=True),
    Command("units", _("the units with their heads, open and overdue"), Access.UNITS),
    Command("people", _("people, their roles and invitations"), Access.PEOPLE),
    Command(
        "report",
        _("file the message you reply to, for its author"),
        Access.FILE_FOR,
        private=False,
        group=True,
        words=_("project, if it is not clear"),
    ),
    Command(
        "subscribe",
        _("send the weekly digest to this group"),
        Access.BIND_GROUP,
        private=False,
        group=True,
        words=_("scope and hour"),
    ),
    Command("unsubscribe", _("stop the weekly digest in this group"), Access.BIND_GROUP, private=False, group=True),
    Command("topic", _("post the weekly digest into this topic"), Access.BIND_GROUP, private=False, group=True),
    Command("undesk", _("this group is the desk no more"), Access.BIND_GROUP, private=False, group=True),
    Command("language", _("speak Chinese or English")),
    Command("privacy", _("what is kept about you; a copy of it; being erased")),
    Command("cancel", _("drop what you have begun")),
    Command("help", _("this list"), group=True),
)
BY_NAME = {command.name: command for command in COMMANDS}


def open_to(person: Person | None, *, group: bool) -> list[Command]:
    """The commands this person may use there; None: what everybody may."""
    here = [(c, c.asks(group=group)) for c in COMMANDS if (c.group if group else c.private)]
    return [c for c, access in here if access is None or (person is not None and may_use(person, access))]


def nearest(name: str, person: Person | None, *, group: bool) -> str:
    """The command a mistyped name was probably meant for, among those open to the person; '' if none is near."""
    names = [command.name for command in open_to(person, group=group)]
    return next(iter(get_close_matches(name.lower(), names, n=1, cutoff=0.5)), "")


def spoken(text: str | None) -> tuple[str, str] | None:
    """(name in lower case, bot's name or '') of a text that begins with a command; None if it doesn't ('/3号楼')."""
    found = _COMMAND.match(text or "")
    return (found[1].lower(), found[2] or "") if found else None


_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?=\s|$)")  # what Telegram itself marks as a command
