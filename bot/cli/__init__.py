"""The command line: one module per group of commands. Whatever a command needs beyond typer is imported when it runs."""

import gc
import sys
import traceback
from types import TracebackType

import typer

from bot.cli.audit import audit
from bot.cli.backup import backup, restore
from bot.cli.erase import erase
from bot.cli.ledger import digest, export
from bot.cli.links import cards, invite
from bot.cli.policy import policy
from bot.cli.process import demo, run, serve, work
from bot.cli.roster import import_
from bot.cli.upkeep import doctor, migrate
from bot.masking import mask

GARBAGE = 20_000  # objects between two looks for cycles: importing makes hundreds of thousands, and all of them stay

app = typer.Typer(
    name="project-home",
    help="项目之家 Project Home: a chat bot through which a city clears the obstacles of its building projects.",
    epilog="Exit codes: 0 done, 1 refused or failed (the reason is on stderr), 2 wrong usage.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # it would print local variables, secrets among them
)
app.command("import")(import_)
for command in (invite, cards, export, erase, digest, run, serve, work, demo, migrate, backup, restore, doctor):
    app.command()(command)
app.add_typer(policy, name="policy")
app.add_typer(audit, name="audit")


def main() -> None:
    """Run the command line. What the terminal's encoding lacks becomes `?`; a bug's traceback is masked too."""
    gc.set_threshold(GARBAGE, 10, 10)
    sys.excepthook = _masked_traceback
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    app()


def _masked_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    typer.echo(mask("".join(traceback.format_exception(kind, error, trace))), err=True, nl=False)
