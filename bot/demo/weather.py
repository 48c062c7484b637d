"""Bad weather by switch: each puts faults between the bot and its Bot API, and takes them away again."""

from bot.sandbox.errors import Json
from bot.sandbox.faults import Fault
from bot.sandbox.world import World

# switch → the faults it means; `times` None: for as long as it is on
SWITCHES: dict[str, tuple[Json, ...]] = {
    "slow": ({"kind": "delay", "seconds": 2.0, "times": None},),
    "drops": tuple(
        {"kind": "drop", "method": method, "chance": 0.5, "times": None}
        for method in ("sendMessage", "editMessageText", "sendRichMessage", "sendPhoto", "getUpdates")
    ),
    "flood": tuple(
        {"kind": "flood", "method": method, "chance": 0.6, "times": None, "retry_after": 3}
        for method in ("sendMessage", "editMessageText", "sendRichMessage")
    ),
    "outage": ({"kind": "refuse", "times": None},),
}


class Skies:
    """Which switches are on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._on: dict[str, list[Fault]] = {}

    def set(self, switch: str, *, on: bool) -> None:
        """Turn a switch of SWITCHES; KeyError for another."""
        faults = self._world.weather.faults
        for fault in self._on.pop(switch, []):
            faults.remove(fault)
        if on:
            self._on[switch] = [Fault(**facts) for facts in SWITCHES[switch]]
            faults.extend(self._on[switch])

    def as_json(self) -> Json:
        """`{switch: on}`."""
        return {switch: switch in self._on for switch in SWITCHES}
