"""One call of the bot, and what most methods need of it: the chat, the reply, the place to put a message."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.chats import Chat, Post
from bot.sandbox.checks import check_markup
from bot.sandbox.errors import Json, bad_request, forbidden, upgraded
from bot.sandbox.params import Upload
from bot.sandbox.world import World


@dataclass(frozen=True)
class BotCall:
    """A checked call: `params` as JSON values, `uploads` by field name."""

    world: World
    method: str
    params: Json
    uploads: dict[str, Upload]

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter."""
        return self.params.get(name, default)

    def chat(self, name: str = "chat_id") -> Chat:
        """The chat named, if the bot may know it: ApiError 400 or 403."""
        reference = self.get(name)
        if reference in (None, ""):
            raise bad_request("chat_id is empty")
        chat = self.world.find_chat(reference)
        if chat is None:
            raise bad_request("chat not found")
        check_access(self.world, chat)
        return chat

    def post(self, chat: Chat, missing: str = "message to edit not found") -> Post:
        """The message named by message_id; ApiError 400."""
        post = chat.post(self.get("message_id"))
        if post is None:
            raise bad_request(missing)
        return post


def check_access(world: World, chat: Chat) -> None:
    """Why the bot can't reach a chat, in Telegram's words."""
    if chat.migrated_to:
        raise upgraded(chat.migrated_to)
    if chat.private:
        _check_person(world, chat)
        return
    member = world.bot_member(chat)
    if member is None:
        raise bad_request("chat not found")
    place = f"{chat.kind} chat"
    if member.status == "kicked":
        raise forbidden(f"bot was kicked from the {place}")
    if member.status == "left":
        raise forbidden(f"bot is not a member of the {place}")


def _check_person(world: World, chat: Chat) -> None:
    user = world.users.get(chat.id)
    if user and user.deactivated:
        raise forbidden("user is deactivated")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.opened:
        raise forbidden("bot can't initiate conversation with a user")


def need_right(call: BotCall, chat: Chat, right: str, refusal: str) -> None:
    """In groups, some things want an administrator's right."""
    member = call.world.bot_member(chat)
    if not chat.private and not (member and member.may(right)):
        raise bad_request(refusal)


def reply_fields(call: BotCall, chat: Chat) -> Json:
    """`reply_to_message` of a message to be sent."""
    wanted = call.get("reply_parameters") or {}
    message_id = wanted.get("message_id", call.get("reply_to_message_id"))
    if message_id is None:
        return {}
    home = call.world.find_chat(wanted.get("chat_id", chat.id))
    post = home.post(message_id) if home else None
    if post is None:
        if wanted.get("allow_sending_without_reply", call.get("allow_sending_without_reply")):
            return {}
        raise bad_request("message to be replied not found")
    if home is not chat:
        return {"external_reply": {"origin": origin(post), "chat": post.body["chat"], "message_id": post.id}}
    return {"reply_to_message": post.as_reply()}


def thread_fields(call: BotCall, chat: Chat) -> Json:
    """The forum topic a message goes to; ApiError 400 for none such or a closed one."""
    thread = call.get("message_thread_id")
    topic = chat.general if thread is None else chat.topics.get(thread)
    if topic is None:
        raise bad_request("message thread not found")
    member = call.world.bot_member(chat)
    if topic.closed and not (member and member.may("can_manage_topics")):
        raise bad_request("TOPIC_CLOSED")
    if thread is None:
        return {}
    return {"message_thread_id": thread, "is_topic_message": True}


def place(call: BotCall, chat: Chat, content: Json) -> Post:
    """Send a message of the bot's: where it goes, what it answers, its keyboard."""
    markup = call.get("reply_markup")
    check_markup(markup)
    fields = thread_fields(call, chat) | reply_fields(call, chat) | content
    if call.get("protect_content"):
        fields["has_protected_content"] = True
    if markup and any(markup.get("inline_keyboard", [])):
        fields["reply_markup"] = markup
    sender = None if chat.kind == "channel" else call.world.bot_profile
    if chat.kind == "channel":
        fields["sender_chat"] = chat.head
    post = call.world.post(chat, sender, fields, by_bot=True)
    post.keyboard = markup if markup and "inline_keyboard" not in markup else None
    return post


def origin(post: Post) -> Json:
    """Where a forwarded message came from."""
    body = post.body
    if "forward_origin" in body:
        return dict(body["forward_origin"])
    if body["chat"]["type"] == "channel":
        facts: Json = {"type": "channel", "chat": body["chat"], "message_id": body["message_id"]}
    elif "sender_chat" in body:
        facts = {"type": "chat", "sender_chat": body["sender_chat"]}
    else:
        facts = {"type": "user", "sender_user": body["from"]}
    return facts | {"date": body["date"]}
