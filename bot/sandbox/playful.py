"""Polls, dice, reactions and live places."""

import random

from bot.sandbox.calls import BotCall, place
from bot.sandbox.content import location
from bot.sandbox.editing import own_post
from bot.sandbox.entities import formatted
from bot.sandbox.errors import Json, bad_request
from bot.sandbox.text import units

SIDES = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}


def send_poll(call: BotCall) -> Json:
    """1-300 characters of question, 1-12 answers of 1-100."""
    chat = call.chat()
    question, options = call.get("question"), call.get("options")
    if not 1 <= units(question) <= 300:
        raise bad_request("poll question must be non-empty and at most 300 characters long")
    if not 1 <= len(options) <= 12:
        raise bad_request("poll must have 1-12 answer options")
    answers = [formatted(option["text"], option.get("text_parse_mode"), None)[0] for option in options]
    if not all(1 <= units(answer) <= 100 for answer in answers):
        raise bad_request("poll options length must not exceed 100")
    numbered = enumerate(answers, 1)
    poll: Json = {
        "id": str(5_000_000_000 + call.world.number()),
        "question": question,
        "options": [{"persistent_id": str(n), "text": text, "voter_count": 0} for n, text in numbered],
        "total_voter_count": 0,
        "is_closed": bool(call.get("is_closed")),
        "is_anonymous": call.get("is_anonymous", True),
        "type": call.get("type", "regular"),
        "allows_multiple_answers": bool(call.get("allows_multiple_answers")),
        "allows_revoting": bool(call.get("allows_revoting")),
        "members_only": bool(call.get("members_only")),
    }
    return place(call, chat, {"poll": poll}).body


def stop_poll(call: BotCall) -> Json:
    """Close one's own; gives the API's Poll."""
    chat, post = own_post(call)
    if "poll" not in post.body:
        raise bad_request("message with poll to stop not found")
    if post.body["poll"]["is_closed"]:
        raise bad_request("poll has already been closed")
    post.body = post.body | {"poll": post.body["poll"] | {"is_closed": True}}
    call.world.change(chat, post, edited=False)
    return dict(post.body["poll"])


def send_dice(call: BotCall) -> Json:
    """A throw."""
    chat, emoji = call.chat(), call.get("emoji", "🎲")
    if emoji not in SIDES:
        raise bad_request("DICE_EMOTICON_INVALID")
    value = random.Random(call.world.number()).randint(1, SIDES[emoji])  # noqa: S311 - a die, the same in every run
    return place(call, chat, {"dice": {"emoji": emoji, "value": value}}).body


def react(call: BotCall) -> bool:
    """One emoji of the bot's under a message, or none."""
    chat = call.chat()
    post = call.post(chat, "message to react not found")
    wanted = call.get("reaction") or []
    if len(wanted) > 1 or any(one["type"] != "emoji" for one in wanted):
        raise bad_request("REACTION_INVALID")
    post.react(call.world.bot_id, wanted[0]["emoji"] if wanted else None)
    call.world.change(chat, post, edited=False)
    return True


def move(call: BotCall) -> Json:
    """Another place for a live location."""
    return _moved(call, location(call.params))


def stop_moving(call: BotCall) -> Json:
    """The live location stays where it is."""
    return _moved(call, {})


def _moved(call: BotCall, point: Json) -> Json:
    chat, post = own_post(call)
    old = post.body.get("location", {})
    if "live_period" not in old:
        raise bad_request("message can't be edited")
    period = {"live_period": old["live_period"]} if point else {}
    kept = {key: value for key, value in old.items() if key != "live_period"}
    post.body = post.body | {"location": kept | point | period}
    call.world.change(chat, post)
    return post.body


METHODS = {
    "sendPoll": send_poll,
    "stopPoll": stop_poll,
    "sendDice": send_dice,
    "setMessageReaction": react,
    "editMessageLiveLocation": move,
    "stopMessageLiveLocation": stop_moving,
}
