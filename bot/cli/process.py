"""`run` and `demo`: the whole bot in one process."""

from typing import Annotated

import typer

from bot.cli.answers import understandable


def run() -> None:
    """Serve: long polling, handling, sending and the schedule in one process. Ends by Ctrl-C or SIGTERM; nothing is lost."""
    with understandable():
        from bot.app import run as serve
        from bot.settings import load_settings

        serve(load_settings())


def demo(
    script: Annotated[
        bool, typer.Option("--script", help="Play the story by itself, and end with its result.")
    ] = False,
) -> None:
    """Try it without token or network: a sandbox instead of Telegram, the sample city, and a page of phones to play with."""
    with understandable():
        from bot.demo.play import demo as play

        raise typer.Exit(play(script=script) or 0)
