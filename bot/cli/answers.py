"""How the command line answers: sentences and JSON on stdout, reasons on stderr, never a traceback for a user's mistake."""

import asyncio
import json
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import typer

from bot.masking import mask

T = TypeVar("T")
FAILED = 1


def say(text: str) -> None:
    """A line on stdout."""
    typer.echo(text)


def say_json(value: Any) -> None:
    """For scripts: one JSON value on stdout, Chinese as Chinese."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def complain(text: str) -> None:
    """A line on stderr, masked."""
    typer.echo(mask(text), err=True)


def fail(reason: str) -> NoReturn:
    """Say why on stderr, and leave with 1."""
    complain(reason)
    raise typer.Exit(FAILED)


def perform(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work to its end. What may be expected to go wrong is told in a sentence, with exit code 1."""
    with understandable():
        return asyncio.run(work)


@contextmanager
def understandable() -> Iterator[None]:
    """Errors of the surroundings and refusals become a sentence on stderr and exit code 1; bugs stay visible as such."""
    try:
        yield
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except Exception as error:
        if (reason := _reason(error)) is None:
            raise
        fail(reason)


def _reason(error: Exception) -> str | None:
    """The sentence for an error that is no bug; None for one that is. Imported here: only a failing command pays for it."""
    from bot.cli import reasons

    return reasons.reason_of(error)
