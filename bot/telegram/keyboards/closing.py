"""Under the question to the reporter: is it really solved, and how content are you."""

from bot.domain.history import Action
from bot.telegram.buttons import Keyboard
from bot.telegram.keyboards.desk import Facts, press
from bot.telegram.keyboards.issue import LABELS, STYLES, rating
from bot.telegram.words import Gettext


def ask(facts: Facts, _: Gettext) -> Keyboard:
    """What the reporter may say now; after clearing, the rating only."""
    if facts["hidden"] or facts["group"]:
        return []
    word = [
        press(facts, action.value, _(LABELS[action]), style=STYLES[action])
        for action in (Action.CONFIRM, Action.DISPUTE)
        if action in facts["moves"]
    ]
    return [word, rating(facts, _)]


KEYBOARDS = {"closing/ask": ask}
