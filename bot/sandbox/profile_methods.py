"""The methods about the bot itself: who it is, its commands, names and menu, and how it gets its updates."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from bot.sandbox.calls import BotCall
from bot.sandbox.errors import Json, bad_request, conflict
from bot.sandbox.updates import Webhook

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LENGTHS = {"name": 64, "description": 512, "short_description": 120}
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


def get_me(call: BotCall) -> Json:
    """The bot's User, with what only getMe tells."""
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": not call.world.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return call.world.bot_profile | abilities


async def get_updates(call: BotCall) -> list[Json]:
    """Long poll; ApiError 409 with a webhook, or for the poll a newer one replaces."""
    updates = call.world.updates
    if updates.webhook.url:
        raise conflict(WEBHOOK_ACTIVE)
    updates.allow(call.get("allowed_updates"))
    limit = call.get("limit", 100)
    limit = limit if 1 <= limit <= 100 else 100
    return await updates.poll(call.get("offset", 0), limit, call.get("timeout", 0))


def set_webhook(call: BotCall) -> bool:
    """Push updates to a url: https, or http on this machine's own loopback."""
    updates, url = call.world.updates, call.get("url")
    if not url:
        return delete_webhook(call)
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = call.get("secret_token", "")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    updates.interrupt(conflict("terminated by setWebhook request"))
    updates.allow(call.get("allowed_updates"))
    if call.get("drop_pending_updates"):
        updates.pending.clear()
    updates.webhook = Webhook(url, secret, call.get("max_connections", 40))
    updates.signal.fire()
    return True


def delete_webhook(call: BotCall) -> bool:
    """Back to polling."""
    updates = call.world.updates
    if call.get("drop_pending_updates"):
        updates.pending.clear()
    updates.webhook = Webhook()
    updates.signal.fire()
    return True


def get_webhook(call: BotCall) -> Json:
    """An API WebhookInfo."""
    updates = call.world.updates
    hook = updates.webhook
    info: Json = {"url": hook.url, "has_custom_certificate": False, "pending_update_count": len(updates.pending)}
    if hook.url:
        info["max_connections"] = hook.max_connections
    if hook.last_error:
        info |= {"last_error_message": hook.last_error, "last_error_date": hook.last_error_date}
    return info | ({"allowed_updates": sorted(updates.allowed)} if updates.allowed else {})


def command_key(call: BotCall) -> tuple[str, int, int, str]:
    """Scope, chat, user and language of a list of commands."""
    scope = call.get("scope") or {"type": "default"}
    chat_id = 0
    if "chat_id" in scope:
        chat = call.world.find_chat(scope["chat_id"])
        if chat is None:
            raise bad_request("chat not found")
        chat_id = chat.id
    return (scope["type"], chat_id, scope.get("user_id", 0), call.get("language_code") or "")


def set_commands(call: BotCall) -> bool:
    """At most 100, named in lower case, each described in 1-256 characters."""
    commands = call.get("commands")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not COMMAND.fullmatch(command["command"].removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    call.world.profile.commands[command_key(call)] = commands
    return True


def get_commands(call: BotCall) -> list[Json]:
    """Exactly those of the scope and language asked for."""
    return call.world.profile.commands.get(command_key(call), [])


def delete_commands(call: BotCall) -> bool:
    """Back to the broader scope's."""
    call.world.profile.commands.pop(command_key(call), None)
    return True


def set_text(field: str) -> Callable[[BotCall], bool]:
    """Set the bot's name, description or short description, per language."""

    def setter(call: BotCall) -> bool:
        value = call.get(field) or ""
        if len(value) > LENGTHS[field]:
            raise bad_request(f"{field.upper()}_TOO_LONG")
        call.world.profile.names[(field, call.get("language_code") or "")] = value
        return True

    return setter


def get_text(field: str) -> Callable[[BotCall], Json]:
    """Get it."""

    def getter(call: BotCall) -> Json:
        default = call.world.bot_profile["first_name"] if field == "name" else ""
        return {field: call.world.profile.names.get((field, call.get("language_code") or ""), default)}

    return getter


def set_menu(call: BotCall) -> bool:
    """The button beside the text field, for one private chat or all."""
    call.world.profile.menus[call.get("chat_id", 0)] = call.get("menu_button") or {"type": "default"}
    return True


def get_menu(call: BotCall) -> Json:
    """That button."""
    menus = call.world.profile.menus
    return menus.get(call.get("chat_id", 0), menus.get(0, {"type": "commands"}))


METHODS = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook,
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
    "setMyName": set_text("name"),
    "getMyName": get_text("name"),
    "setMyDescription": set_text("description"),
    "getMyDescription": get_text("description"),
    "setMyShortDescription": set_text("short_description"),
    "getMyShortDescription": get_text("short_description"),
    "setChatMenuButton": set_menu,
    "getChatMenuButton": get_menu,
}
