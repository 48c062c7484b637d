"""The conversations: one router each, put together in the order in which they may claim an update."""

from aiogram import Router

from handlers import (
    adoption,
    board,
    chats,
    closing,
    context,
    desk,
    digest,
    edits,
    gate,
    group_reports,
    groups,
    ledger,
    lookup,
    privacy,
    reporting,
    roster,
    settings,
    start,
    tasks,
    timed,
    unknown,
)

ROOMS = (
    start,
    settings,
    privacy,
    lookup,
    digest,
    ledger,
    board,
    groups,
    group_reports,
    roster,
    desk,
    tasks,
    closing,
    timed,
    chats,
    unknown,  # commands nobody above knew
    reporting,  # everything else a person sends
    edits,
)


def build_router() -> Router:
    """A new router. Who speaks is found out first, then whether they may speak at all, then what they want."""
    root = Router(name="root")
    context.install(root)
    gate.install(root)
    adoption.install(root)
    timed.install(root)
    for room in (*(room.build() for room in ROOMS), unknown.build_rest()):
        _take_over(root, room)
    return root


def _take_over(root: Router, room: Router) -> None:
    """The room's handlers stand behind those the root has. A tree of routers is asked from door to door at each update, for
    rules that a room could have; none of ours has any (measured: half of what routing cost)."""
    for part in room.chain_tail:
        for name, observer in part.observers.items():
            root.observers[name].handlers.extend(observer.handlers)
