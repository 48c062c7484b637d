"""The guided tour: the story's scenes, one press each."""

from bot.demo.board import Board
from bot.demo.story import SCENES
from bot.demo.tale import Tale
from bot.sandbox.errors import ActError, Json


class Tour:
    """Where the visitor is; `done` scenes of SCENES have been played."""

    def __init__(self, tale: Tale, board: Board) -> None:
        self._tale, self._board = tale, board
        self.done = 0
        self._busy = False
        self._error = ""
        self._show()

    def words(self) -> list[Json]:
        """What the steps are called, and where to look."""
        cast = self._tale.cast
        return [
            {
                "key": scene.key,
                "zh": scene.chinese,
                "en": scene.english,
                "phones": [cast.phone(role).id for role in scene.phones],
                "group": cast.group.id if scene.key == "subscribe" else None,
            }
            for scene in SCENES
        ]

    async def play(self, step: int) -> None:
        """Play a scene, the next one only: a second press of the same button does nothing."""
        if self._busy or step != self.done or self.done >= len(SCENES):
            return
        self._busy, self._error = True, ""
        self._show()
        try:
            await SCENES[step].play(self._tale)
            self.done += 1
        except (ActError, TimeoutError) as error:
            self._error = f"{error}" or "nothing came in time"
        finally:
            self._busy = False
            self._show()

    def _show(self) -> None:
        state = {"done": self.done, "of": len(SCENES), "busy": self._busy, "error": self._error}
        self._board.put("tour", state)
