"""`invite` and `cards`: links that open the chat, for a person of the office and for whoever stands before a project's card."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.answers import perform, say, say_json

if TYPE_CHECKING:
    from bot.domain.organisation import Project


AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")]


def invite(
    codes: Annotated[list[str], typer.Argument(metavar="CODE...", help="Codes of the people sheet.")],
    as_json: AsJson = False,
) -> None:
    """Make a link that binds a person's Telegram account: once, until it expires. Hand it to nobody else.

    With --json one code gives an object, several give a list.
    """
    perform(_invite(codes, as_json=as_json))


async def _invite(codes: list[str], *, as_json: bool) -> None:
    from bot.cli.opening import open_ledger
    from bot.cli.username import username
    from bot.services.people import people

    async with open_ledger() as desk:
        name = await username(desk)
        async with desk.turns.begin() as turn:
            made = [(code, *await people.invite(turn, code)) for code in codes]
    links = [(code, f"https://t.me/{name}?start=i_{token}", expires) for code, token, expires in made]
    if as_json:
        invitations = [{"person": code, "link": link, "expires": expires.isoformat()} for code, link, expires in links]
        say_json(invitations if len(invitations) > 1 else invitations[0])
        return
    for code, link, expires in links:
        local = expires.astimezone(desk.turns.calendar.zone)
        say(f"{link}\nFor {code} only, once, until {local:%Y-%m-%d %H:%M} ({local.tzname()}).")


def cards(
    as_json: AsJson = False,
    revoke: Annotated[
        str | None, typer.Option(metavar="CODE", help="Revoke this project's card first: its old link dies.")
    ] = None,
) -> None:
    """List the link of every project's service card; cards not yet issued are issued now.

    With --revoke the project's printed card opens nothing any more, and the list has a new link for it.
    """
    perform(_cards(revoke, as_json=as_json))


async def _cards(revoke: str | None, *, as_json: bool) -> None:
    from bot.cli.opening import open_ledger
    from bot.cli.username import username
    from bot.domain.ids import ProjectCode
    from bot.services.people import people

    async with open_ledger() as desk:
        name = await username(desk)
        async with desk.turns.begin() as turn:
            if revoke is not None:
                await people.reissue_card(turn, ProjectCode(revoke))
            issued = await people.service_cards(turn)
    _list([(project, f"https://t.me/{name}?start=c_{token}") for project, token in issued], as_json=as_json)


def _list(issued: "list[tuple[Project, str]]", *, as_json: bool) -> None:
    if as_json:
        say_json([{"project": project.code, "link": link} for project, link in issued])
        return
    for project, link in issued:
        say(f"{project.code}\t{link}\t{project.name}")
    if not issued:
        say("No projects yet: `project-home import` brings them in.")
