"""What moves and states are called in the documents: as on the buttons, Chinese first."""

from bot.domain.history import Action
from bot.domain.issue import Status
from bot.telegram import words
from bot.telegram.keyboards.issue import LABELS
from templates.catalogues import Catalogue

ZH = Catalogue.load("zh")
UNPRESSED = {  # moves without a button of their own on a card: (Chinese, English)
    Action.VERIFY: ("核实", "Verify"),
    Action.ABSORB: ("并入了", "Take in"),
    Action.RATE: ("评价", "Rate"),
    Action.REMARK: ("补充", "Remark"),
    Action.ADD_EVIDENCE: ("补充材料", "Add evidence"),
    Action.ASK_AGAIN: ("再次确认", "Ask again"),
    Action.REBIND: ("核实身份", "Identify"),
}


def move(action: Action) -> tuple[str, str]:
    """(Chinese, English)."""
    return (ZH.gettext(LABELS[action]), LABELS[action]) if action in LABELS else UNPRESSED[action]


def state(status: Status) -> tuple[str, str]:
    """(Chinese, English)."""
    return ZH.gettext(words.STATUS[status]), words.STATUS[status]
