"""What people do, through the product's use cases. Each act of the model has its line here."""

from collections.abc import Awaitable, Callable, Mapping

from bot.domain.history import Action
from bot.domain.ids import ChatId, IssueId, MessageId, UnitCode
from bot.domain.issue import Category, Level, Means, Satisfaction
from bot.domain.organisation import Person
from bot.services.desk import assigning, claiming, closing, desk, merging, pausing, reasons
from bot.services.tasks import extending, proofs, tasks
from bot.services.tasks.proofs import Proof
from bot.services.turn import Turn
from tests.builders import City
from tests.life.model import Act

Doing = Callable[[Turn, Person, IssueId, str, City], Awaitable[object]]


async def _extend(turn: Turn, who: Person, issue: IssueId, arg: str, city: City) -> object:
    due = (await turn.uow.issues.get(issue)).deadline
    day = turn.calendar.day_of(due.due_at if due else turn.now)
    return await extending.ask(turn, who, issue, "缺变压器", turn.calendar.add_working_days(day, int(arg)).isoformat())


async def _resolve(turn: Turn, who: Person, issue: IssueId, arg: str, city: City) -> object:
    proven = Proof(issue, {"1": "款已付清"}, (Means.CREDIT_INCENTIVE,))
    return await proofs.hand_in(turn, who, proven if arg == "proven" else Proof(issue))


ACTS: Mapping[str, Doing] = {
    "register": lambda t, p, i, a, c: desk.register(t, p, i),
    "name_unit": lambda t, p, i, a, c: desk.name_unit(t, p, i, UnitCode(a)),
    "categorise": lambda t, p, i, a, c: desk.categorise(t, p, i, Category(a)),
    "rank": lambda t, p, i, a, c: desk.rank(t, p, i, Level(a)),
    "set_days": lambda t, p, i, a, c: assigning.set_days(t, p, i, int(a)),
    "assign": lambda t, p, i, a, c: assigning.assign(t, p, i, getattr(c, a).id),
    "ask_reject": lambda t, p, i, a, c: reasons.ask(t, p, Action.REJECT, i),
    "take_over": lambda t, p, i, a, c: claiming.take_over(t, p, i),
    "reject": lambda t, p, i, a, c: desk.reject(t, p, i, "报过了"),
    "merge": lambda t, p, i, a, c: merging.merge(t, p, i, IssueId(int(a))),
    "suspend": lambda t, p, i, a, c: pausing.suspend(t, p, i, "等审批"),
    "resume": lambda t, p, i, a, c: pausing.resume(t, p, i),
    "clear": lambda t, p, i, a, c: closing.clear(t, p, i),
    "conclude": lambda t, p, i, a, c: closing.conclude(t, p, i, "转办", a),
    "reopen": lambda t, p, i, a, c: closing.reopen(t, p, i, "再看看"),
    "undo": lambda t, p, i, a, c: assigning.undo(t, p, i),
    "accept": lambda t, p, i, a, c: tasks.accept(t, p, i),
    "give_back": lambda t, p, i, a, c: tasks.give_back(t, p, i, "不是我们的"),
    "explain": lambda t, p, i, a, c: tasks.explain(t, p, i, "缺电缆"),
    "extend": _extend,
    "grant": lambda t, p, i, a, c: extending.grant(t, p, i),
    "refuse": lambda t, p, i, a, c: reasons.give(t, p, Action.REFUSE, i, "抓紧"),
    "hand_over": lambda t, p, i, a, c: assigning.hand_over(t, p, i, getattr(c, a).id),
    "resolve": _resolve,
    "confirm": lambda t, p, i, a, c: closing.confirm(t, p, i),
    "dispute": lambda t, p, i, a, c: closing.dispute(t, p, i, "还没有"),
    "rate": lambda t, p, i, a, c: closing.rate(t, p, i, Satisfaction(a)),
}
ARGS: Mapping[str, tuple[str, ...]] = {  # what is offered; '#': any issue
    "name_unit": ("U02", "U04"),
    "categorise": ("payment", "early_procedures"),
    "rank": ("A", "B"),
    "set_days": ("3", "10"),
    "assign": ("a02", "a04", "a14", "h04"),
    "merge": ("#",),
    "conclude": ("partly", "transferred", "not_accepted"),
    "extend": ("0", "1", "5"),
    "hand_over": ("a02", "a04", "a14", "h04"),
    "resolve": ("proven", ""),
    "rate": ("satisfied", "dissatisfied"),
}


async def do(turn: Turn, act: Act, city: City) -> None:
    """Raises Refused."""
    await ACTS[act.what](turn, getattr(city, act.who), IssueId(act.case), act.arg, city)


def a_card_of(chat: int, issue: IssueId) -> tuple[ChatId, str, MessageId]:
    """A card that is there to be drawn anew."""
    return ChatId(chat), f"issue:{issue}", MessageId(900 + int(issue) % 1000)
