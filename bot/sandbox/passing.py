"""The methods that pass messages on: forwarding and copying, one or many."""

from itertools import pairwise

from bot.sandbox.calls import BotCall, check_access, origin, place
from bot.sandbox.chats import Chat, Post
from bot.sandbox.content import caption
from bot.sandbox.errors import Json, bad_request
from bot.sandbox.sending import CONTENT_FIELDS


def forward(call: BotCall) -> Json:
    """The same message elsewhere, with its origin."""
    chat, source = call.chat(), _source(call, "message to forward not found")
    if source.body.get("has_protected_content"):
        raise bad_request("message can't be forwarded")
    return place(call, chat, _content(source) | {"forward_origin": origin(source)}).body


def copy(call: BotCall) -> Json:
    """The same content as a message of the bot's own; gives a MessageId."""
    chat, source = call.chat(), _source(call, "message to copy not found")
    content = _content(source)
    if not content:
        raise bad_request("message can't be copied")
    if "caption" in call.params:
        content = {k: v for k, v in content.items() if k not in {"caption", "caption_entities"}}
        content |= caption(call.params)
    return {"message_id": place(call, chat, content).id}


def forward_many(call: BotCall) -> list[Json]:
    """Those that can be, with their origin; albums stay albums."""
    chat, posts = call.chat(), _sources(call, "forward")
    open_ones = [post for post in posts if not post.body.get("has_protected_content")]
    return _placed(call, chat, [(post, _content(post) | {"forward_origin": origin(post)}) for post in open_ones])


def copy_many(call: BotCall) -> list[Json]:
    """Those that can be, as the bot's own; albums stay albums. `remove_caption` leaves words away."""
    chat, posts = call.chat(), _sources(call, "copy")
    dropped = {"caption", "caption_entities"} if call.get("remove_caption") else set()
    return _placed(call, chat, [(p, {k: v for k, v in _content(p).items() if k not in dropped}) for p in posts])


def _placed(call: BotCall, chat: Chat, contents: list[tuple[Post, Json]]) -> list[Json]:
    albums: dict[str, str] = {}
    sent = []
    for post, content in contents:
        album = post.body.get("media_group_id")
        group = {"media_group_id": albums.setdefault(album, f"{13_000_000_000 + call.world.number()}")} if album else {}
        sent.append({"message_id": place(call, chat, content | group).id})
    return sent


def _content(post: Post) -> Json:
    return {key: value for key, value in post.body.items() if key in CONTENT_FIELDS}


def _home(call: BotCall) -> Chat:
    home = call.world.find_chat(call.get("from_chat_id"))
    if home is None:
        raise bad_request("chat not found")
    check_access(call.world, home)
    return home


def _source(call: BotCall, missing: str) -> Post:
    return call.post(_home(call), missing)


def _sources(call: BotCall, verb: str) -> list[Post]:
    """1-100 messages in strictly increasing order; those not found and service messages are skipped."""
    numbers = call.get("message_ids")
    if not 1 <= len(numbers) <= 100:
        raise bad_request("too many message identifiers specified")
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    found = [post for post in map(_home(call).post, numbers) if post and _content(post)]
    if not found:
        raise bad_request(f"there are no messages to {verb}")
    return found


METHODS = {
    "forwardMessage": forward,
    "copyMessage": copy,
    "forwardMessages": forward_many,
    "copyMessages": copy_many,
}
