"""The bot's own name, for links: remembered in the ledger, else asked of the Bot API once."""

from bot.cli.opening import Desk

FACT = "bot_username"
FACT_OF = "bot_username_of"  # whose name it is: another token means another bot


async def username(desk: Desk) -> str:
    """The name without the @. Raises SettingsError (no token), CallFailed (not reachable, token refused)."""
    token = desk.settings.bot_token
    async with desk.turns.read() as turn:
        name, owner = await turn.uow.facts.get(FACT), await turn.uow.facts.get(FACT_OF)
    if name and (token is None or owner in {None, str(desk.settings.bot_id)}):
        return name
    return await _ask(desk)


async def _ask(desk: Desk) -> str:
    from bot.cli.asking import open_gateway

    async with open_gateway(desk.settings) as gateway:
        me = await gateway.me()
    async with desk.turns.begin() as turn:
        await turn.uow.facts.put(FACT, me.name)
        await turn.uow.facts.put(FACT_OF, str(me.id))
    return me.name
