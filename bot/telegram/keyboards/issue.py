"""Under an issue's card: what its viewer may do now; under a question for a reason: the usual ones."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.domain.history import Action
from bot.domain.issue import Satisfaction
from bot.telegram import words
from bot.telegram.buttons import Button, Keyboard, OfIssue, Style
from bot.telegram.keyboards.desk import CHOOSERS, Facts, in_rows, press
from bot.telegram.words import Gettext


def _(source: str) -> str:
    """Marks a source text for the catalogues; translated when it is shown."""
    return source


LABELS: Mapping[str, str] = MappingProxyType(
    {
        Action.REGISTER: _("Register"),
        Action.ASSIGN: _("Assign"),
        Action.ACCEPT: _("Accept"),
        Action.RESOLVE: _("Resolve"),
        Action.CLEAR: _("Clear"),
        Action.CATEGORISE: _("Category"),
        Action.RANK: _("Level"),
        Action.CLASSIFY: _("Kind"),
        Action.NAME_UNIT: _("Unit"),
        Action.SET_DEADLINE: _("Deadline"),
        Action.HAND_OVER: _("Hand over"),
        Action.RESUME: _("Resume"),
        Action.EXTEND: _("Extend"),
        Action.EXPLAIN: _("Explain"),
        Action.GRANT: _("Grant"),
        Action.REFUSE: _("Refuse"),
        Action.MERGE: _("Merge"),
        Action.SUSPEND: _("Suspend"),
        Action.CONCLUDE: _("Other outcome"),
        Action.NUDGE: _("Nudge"),
        Action.RETURN: _("Return"),
        Action.REJECT: _("Reject"),
        Action.REOPEN: _("Reopen"),
        Action.CONFIRM: _("Solved"),
        Action.DISPUTE: _("Not solved"),
        Action.UNDO: _("Undo"),
    }
)
MENUS: Mapping[str, str] = MappingProxyType(  # steps that begin with a chooser
    {
        Action.CATEGORISE: "category",
        Action.RANK: "level",
        Action.CLASSIFY: "kind",
        Action.NAME_UNIT: "unit",
        Action.SET_DEADLINE: "deadline",
        Action.HAND_OVER: "hand_over",
        Action.EXTEND: "extend",
        Action.MERGE: "merge",
        Action.CONCLUDE: "outcome",
    }
)
ROWS: Sequence[Sequence[Action]] = (
    (Action.REGISTER, Action.ASSIGN, Action.ACCEPT, Action.RESOLVE, Action.CLEAR, Action.RESUME),
    (Action.CONFIRM, Action.DISPUTE),
    (Action.GRANT, Action.REFUSE),
    (Action.CATEGORISE, Action.RANK, Action.CLASSIFY),
    (Action.NAME_UNIT, Action.SET_DEADLINE, Action.HAND_OVER),
    (Action.NUDGE,),
    (Action.EXTEND, Action.EXPLAIN, Action.RETURN),
    (Action.MERGE, Action.SUSPEND, Action.CONCLUDE),
    (Action.REJECT, Action.REOPEN, Action.UNDO),
)
STYLES: Mapping[str, Style] = MappingProxyType(
    {
        Action.REGISTER: Style.PRIMARY,
        Action.ASSIGN: Style.PRIMARY,
        Action.ACCEPT: Style.PRIMARY,
        Action.RESOLVE: Style.SUCCESS,
        Action.CLEAR: Style.SUCCESS,
        Action.RESUME: Style.PRIMARY,
        Action.CONFIRM: Style.SUCCESS,
        Action.GRANT: Style.SUCCESS,
        Action.REFUSE: Style.DANGER,
        Action.DISPUTE: Style.DANGER,
        Action.REJECT: Style.DANGER,
    }
)
REASONS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        Action.REJECT: (
            _("Not a matter for this office"),
            _("Reported before"),
            _("Too little is said to act on"),
        ),
        Action.RETURN: (_("Not our unit's task"), _("Another unit must act first")),
        Action.DISPUTE: (
            _("Nothing has been done yet"),
            _("Only partly done"),
            _("It came back"),
        ),
        Action.SUSPEND: (
            _("The decision of a higher authority"),
            _("Material or equipment on its way"),
            _("Another project's progress"),
        ),
        Action.EXPLAIN: (
            _("Another unit must act first"),
            _("The money is not there yet"),
            _("The site is not handed over yet"),
        ),
        Action.EXTEND: (
            _("Material or equipment on its way"),
            _("A procedure with another unit takes longer"),
            _("Bad weather"),
        ),
        Action.REFUSE: (_("It can be done in time"), _("The reason is not enough")),
        Action.CONCLUDE: (
            _("A higher authority has taken it on"),
            _("Beyond what the city may decide"),
            _("The rest is followed up elsewhere"),
        ),
        Action.REOPEN: (_("The proof does not show it"), _("Only partly done")),
    }
)
"""The usual reasons of a step. The ledger keeps the words in the office's language."""


def issue_card(facts: Facts, gettext: Gettext) -> Keyboard:
    """The open chooser, else what may be done now. Nothing for who may not see it, nor in groups, but the desk's."""
    if facts["hidden"] or (facts["group"] and not facts["desk"]):
        return []
    chooser = CHOOSERS.get(facts["menu"])
    keys = chooser(facts, gettext) if chooser is not None else _moves(facts, gettext)
    return [*keys, _take_over(facts, gettext)]


def _take_over(facts: Facts, gettext: Gettext) -> list[Button]:
    """Out of another clerk's hand."""
    if facts["in_hand"] is None or facts["in_hand"]["mine"]:
        return []
    return [press(facts, "take_over", "✋ " + gettext(_("Take over")))]


def _moves(facts: Facts, gettext: Gettext) -> Keyboard:
    rows = [[_step(facts, gettext, action) for action in row if action in facts["moves"]] for row in ROWS]
    return [*rows, rating(facts, gettext), _views(facts, gettext)]


def _step(facts: Facts, gettext: Gettext, action: Action) -> Button:
    label, style = gettext(LABELS[action]), STYLES.get(action, Style.PLAIN)
    if action in MENUS:
        return press(facts, "menu", label, MENUS[action], style)
    return press(facts, action.value, label, style=style)


def rating(facts: Facts, gettext: Gettext) -> list[Button]:
    """How content the reporter is; what was chosen is ticked."""
    if Action.RATE not in facts["moves"]:
        return []
    labels = [(value, words.satisfaction(gettext, value)) for value in Satisfaction]
    given = facts["satisfaction"]
    return [press(facts, Action.RATE, f"✓ {label}" if value == given else label, value) for value, label in labels]


def _views(facts: Facts, gettext: Gettext) -> list[Button]:
    row = []
    if facts["photos"]["total"]:
        row.append(press(facts, "photos", gettext(_("Photos")) + f" ({facts['photos']['total']})"))
    if facts["history_total"] > len(facts["history"]):
        row.append(press(facts, "menu", gettext(_("History")) + f" ({facts['history_total']})", "history"))
    if facts["desk"] and not facts["group"]:
        row.append(press(facts, "next", gettext(_("Next case")) + f" ({facts['waiting']})"))
    return row


def notice(facts: Facts, gettext: Gettext) -> Keyboard:
    """To the card."""
    return [[Button(gettext(_("View")), OfIssue(issue=facts["issue"], do="open"))]]


def reason(facts: Facts, gettext: Gettext) -> Keyboard:
    """The usual reasons, and the way out; nothing once the step was taken."""
    if facts["stage"] in {"done", "left"}:
        return []
    usual, detail = REASONS[facts["move"]], facts["detail"]
    numbers = [f"{detail}.{number}" if detail else str(number) for number in range(len(usual))]
    buttons = [press(facts, facts["move"], gettext(text), arg) for text, arg in zip(usual, numbers, strict=True)]
    return [*in_rows(buttons, 1), [press(facts, "leave", gettext(_("Back")), facts["move"])]]


KEYBOARDS = {"issue/card": issue_card, "issue/notice": notice, "issue/reason": reason}
