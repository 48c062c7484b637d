"""`run` and `demo`: the whole bot in one process. `serve` and `work`: spread over many."""

from typing import Annotated

import typer

from bot.cli.answers import understandable


def run() -> None:
    """Serve: long polling, handling, sending and the schedule in one process. Ends by Ctrl-C or SIGTERM; nothing is lost."""
    with understandable():
        from bot.settings import load_settings
        from bot.telegram.late_models import defer_models

        settings = load_settings()
        defer_models()
        from bot.app import run as serve

        serve(settings)


def serve() -> None:
    """Take updates by webhook, beside `work` on the same PostgreSQL; as many as you like, behind any balancer."""
    _spread("serve")


def work() -> None:
    """Handle updates and fetch photos, beside `serve` on the same PostgreSQL; of all that run, one sends and keeps the
    schedule. A second one is a spare: it takes over within 20 seconds."""
    _spread("work")


def _spread(kind: str) -> None:
    with understandable():
        from bot.settings import load_settings
        from bot.telegram.late_models import defer_models

        settings = load_settings()
        defer_models()
        from bot import several

        {"serve": several.serve, "work": several.work}[kind](settings)


def demo(
    script: Annotated[
        bool, typer.Option("--script", help="Play the story by itself on the terminal, and end with its result.")
    ] = False,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Where the page is; 8090 or the next free one if not said.")
    ] = None,
) -> None:
    """Try it without token or network: a sandbox instead of Telegram, the sample city, and a page of phones to play with."""
    with understandable():
        from bot.demo.play import demo as play

        raise typer.Exit(play(script=script, port=port) or 0)
