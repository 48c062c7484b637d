"""`erase`: a person's name, account, words and pictures go, by the office's own decision."""

from typing import Annotated

import typer

from bot.cli.answers import perform, say


def erase(
    code: Annotated[str, typer.Argument(help="The person's code in the people sheet.")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Erase a person for good: name, account, words and pictures, from database, media and messages. Issues stay, without
    them; their open tasks go to a colleague. Copies in backups and files already sent are yours to erase."""
    if not yes:
        typer.confirm(f"Erase {code} for good?", abort=True)
    perform(_erase(code))


async def _erase(code: str) -> None:
    from bot.cli.opening import open_ledger
    from bot.erasing import Eraser
    from bot.services.office import privacy
    from storage.files.media import EXPORTS, MediaStore
    from storage.files.shelves import open_shelf

    async with open_ledger() as desk:
        shelf = open_shelf(desk.settings.media_url)
        async with desk.turns.begin() as turn:
            who = await privacy.grant(turn, code)
        eraser = Eraser(desk.turns, MediaStore(shelf), MediaStore(shelf, EXPORTS), desk.compact)
        await eraser.step(at_once=True)
    say(f"Erased. The ledger keeps the number {who} without a name; `audit verify` holds.")
