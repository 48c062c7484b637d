"""The choosers a card opens in place, and the desk's own messages. Every chooser ends with a way back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.domain.history import Action
from bot.domain.issue import Category, Kind, Level
from bot.telegram import markup, neutral, words
from bot.telegram.buttons import Button, Keyboard, OfIssue, OfList, Style
from bot.telegram.words import Gettext

Facts = Mapping[str, Any]
DATE = "date"  # instead of a number of days: type a day
NUMBER = "number"  # instead of an issue: type its number


def press(facts: Facts, do: str, text: str, arg: str = "", style: Style = Style.PLAIN) -> Button:
    """A button of this issue."""
    return Button(text, OfIssue(issue=facts["issue"], do=do, arg=arg), style=style)


def short(name: str) -> str:
    """A name for a button: harmless, and not wider than a thumb."""
    return markup.clip(neutral.clean(name), 30)


def back(facts: Facts, _: Gettext) -> list[Button]:
    """Close the chooser."""
    return [press(facts, "menu", _("Back"))]


def in_rows(buttons: Iterable[Button], width: int) -> Keyboard:
    """The buttons side by side, so many in a row."""
    found = list(buttons)
    return [found[start : start + width] for start in range(0, len(found), width)]


def _values(
    facts: Facts, _: Gettext, do: Action, table: Mapping[str, str], values: Sequence[str], now: str
) -> Keyboard:
    """One button per value, the present one ticked."""
    buttons = [press(facts, do, f"✓ {_(table[v])}" if v == now else _(table[v]), v) for v in values]
    return [*in_rows(buttons, 2), back(facts, _)]


def category(facts: Facts, _: Gettext) -> Keyboard:
    """The eight categories."""
    return _values(facts, _, Action.CATEGORISE, words.CATEGORY, list(Category), facts["category"])


def level(facts: Facts, _: Gettext) -> Keyboard:
    """A, B, C."""
    return _values(facts, _, Action.RANK, words.LEVEL, list(Level), facts["level"])


def kind(facts: Facts, _: Gettext) -> Keyboard:
    """One project's obstacle, or everybody's."""
    return _values(facts, _, Action.CLASSIFY, words.KIND, list(Kind), facts["kind"])


def unit(facts: Facts, _: Gettext) -> Keyboard:
    """Name the responsible unit."""
    return _units(facts, _, Action.NAME_UNIT, "")


def assign_unit(facts: Facts, _: Gettext) -> Keyboard:
    """Name the unit on the way to assigning."""
    return _units(facts, _, Action.ASSIGN, "u.")


def _units(facts: Facts, _: Gettext, do: Action, prefix: str) -> Keyboard:
    buttons = [
        press(facts, do, ("⭐ " if choice["usual"] else "") + short(choice["name"]), prefix + choice["code"])
        for choice in facts["choices"]
    ]
    return [*in_rows(buttons, 2), _pages(facts), back(facts, _)]


def _pages(facts: Facts) -> list[Button]:
    page, last = facts["page"], facts["pages"] - 1
    turns = [("◀", page - 1)] if page > 0 else []
    turns += [("▶", page + 1)] if page < last else []
    return [press(facts, "menu", sign, f"{facts['menu']}.{number}") for sign, number in turns]


def assign(facts: Facts, _: Gettext) -> Keyboard:
    """Who of the unit gets it."""
    return _people(facts, _, Action.ASSIGN, "p.")


def hand_over(facts: Facts, _: Gettext) -> Keyboard:
    """Who of the unit takes it on."""
    return _people(facts, _, Action.HAND_OVER, "")


def _people(facts: Facts, _: Gettext, do: Action, prefix: str) -> Keyboard:
    """Who has not activated the account yet is marked: the task waits for them unread."""
    buttons = [
        press(facts, do, ("👤 " if who["ready"] else "💤 ") + short(who["name"]), f"{prefix}{who['id']}")
        for who in facts["choices"]
    ]
    return [*in_rows(buttons, 2), back(facts, _)]


def deadline(facts: Facts, _: Gettext) -> Keyboard:
    """Working days with the day they end, or a day to type."""
    buttons = [press(facts, Action.SET_DEADLINE, _days(c, _), str(c["days"])) for c in facts["choices"]]
    typed = press(facts, Action.SET_DEADLINE, _("Type a date"), DATE)
    return [*in_rows(buttons, 2), [typed], back(facts, _)]


def extend(facts: Facts, _: Gettext) -> Keyboard:
    """Some working days more with the day they end, or a day to type. Each asks for its reason next."""
    buttons = [press(facts, Action.EXTEND, f"+{_days(c, _)}", c["day"]) for c in facts["choices"]]
    return [*in_rows(buttons, 1), [press(facts, Action.EXTEND, _("Type a date"), DATE)], back(facts, _)]


def merge(facts: Facts, _: Gettext) -> Keyboard:
    """The open issues that read alike, or a number to type."""
    alike = [
        press(facts, Action.MERGE, f"{other['number']} {short(other['text'])}".strip(), str(other["issue"]))
        for other in facts["similar"]
    ]
    return [*in_rows(alike, 1), [press(facts, Action.MERGE, _("Type a number"), NUMBER)], back(facts, _)]


def outcome(facts: Facts, _: Gettext) -> Keyboard:
    """The ends that are no solution. Each asks for its reason next."""
    buttons = [press(facts, Action.CONCLUDE, words.outcome(_, code), code) for code in facts["choices"]]
    return [*in_rows(buttons, 1), back(facts, _)]


def _days(choice: Facts, _: Gettext) -> str:
    day = datetime.fromisoformat(choice["day"])
    text = _("%(days)s working days → %(month)02d-%(day)02d")
    return text % {"days": choice["days"], "month": day.month, "day": day.day}


def history(facts: Facts, _: Gettext) -> Keyboard:
    """Nothing to choose: its pages, and the way back."""
    return [_pages({**facts, "pages": facts["history_pages"]}), back(facts, _)]


CHOOSERS: Mapping[str, Callable[[Facts, Gettext], Keyboard]] = MappingProxyType(
    {
        "category": category,
        "level": level,
        "kind": kind,
        "unit": unit,
        "assign_unit": assign_unit,
        "assign": assign,
        "hand_over": hand_over,
        "deadline": deadline,
        "extend": extend,
        "merge": merge,
        "outcome": outcome,
        "history": history,
    }
)
"""By the `menu` a card is open at."""


def date(facts: Facts, _: Gettext) -> Keyboard:
    """While a date is awaited."""
    return [] if facts["stage"] in {"done", "moved", "read", "left"} else [[press(facts, "leave", _("Back"), DATE)]]


def number(facts: Facts, _: Gettext) -> Keyboard:
    """While a number is awaited."""
    return [] if facts["stage"] in {"done", "left"} else [[press(facts, "leave", _("Back"), NUMBER)]]


def suspended(facts: Facts, _: Gettext) -> Keyboard:
    """One opens each."""
    return in_rows([Button(row["number"], OfIssue(issue=row["id"], do="open")) for row in facts["rows"]], 2)


def moved(facts: Facts, _: Gettext) -> Keyboard:
    """To the topic; General has no address of its own."""
    if facts["topic"] is None:
        return []
    group = str(facts["chat"]).removeprefix("-100")
    return [[Button(_("Open the topic"), url=f"https://t.me/c/{group}/{facts['topic']}")]]


def recount(facts: Facts, _: Gettext) -> Keyboard:
    """All at once; nothing once there is none left."""
    return [[Button(_("Recount"), OfList(name="recount"), style=Style.PRIMARY)]] if facts["rows"] else []


KEYBOARDS = {
    "desk/suspended": suspended,
    "desk/date": date,
    "desk/number": number,
    "desk/moved": moved,
    "desk/recount": recount,
}
