"""What a page of phones shows: chats with who has read how far, and a chat's messages window by window."""

from collections.abc import Iterator

from bot.sandbox.chats import GENERAL, Chat, Post
from bot.sandbox.errors import Json
from bot.sandbox.world import World

MOST = 200  # messages at once
COUNTED = 999  # unread messages, at most
Pending = frozenset[tuple[int, int]]


def pending_messages(world: World) -> Pending:
    """(chat, message) of what people sent and the bot hasn't fetched yet."""
    bodies = (update.body.get("message") or {} for update in world.updates.pending)
    return frozenset((int(body["chat"]["id"]), int(body["message_id"])) for body in bodies if "chat" in body)


def post_view(post: Post) -> Json:
    """A message as the page draws it."""
    reactions = {"reactions": list(post.reactions.values())} if post.reactions else {}
    return {"id": post.id, "by_bot": post.by_bot, "keyboard": post.keyboard, "message": post.body} | reactions


def chat_view(world: World, chat: Chat) -> Json:
    """A chat's head, members, topics, newest message, and how much each person of it hasn't read."""
    people = [chat.id] if chat.private else [m for m in chat.members if m in world.users and chat.present(m)]
    newest = next(_backwards(chat, chat.next_id), None)
    members = [{"user": m.user["id"], "status": m.status} for m in chat.members.values()]
    topics = [vars(topic) for topic in ([chat.general, *chat.topics.values()] if chat.head.get("is_forum") else [])]
    return {
        "chat": chat.head,
        "members": members,
        "topics": topics,
        "pinned": [post_view(post) for post in map(chat.post, chat.pinned) if post is not None],
        "blocked": chat.blocked,
        "opened": chat.opened,
        "migrated_to": chat.migrated_to,
        "last": post_view(newest) if newest else None,
        "unread": {str(person): unread(chat, person) for person in people},
    }


def unread(chat: Chat, user: int) -> int:
    """Others' messages since they last read, at most 999."""
    mark, count = chat.read.get(user, 0), 0
    for post in _backwards(chat, chat.next_id):
        if post.id <= mark or count >= COUNTED:
            break
        count += post.body.get("from", {}).get("id") != user
    return count


def window(
    chat: Chat, *, before: int | None = None, after: int | None = None, thread: int | None = None, limit: int = 50
) -> Json:
    """Up to `limit` messages older than `before` or newer than `after`, by default the newest; oldest first.

    `older` and `newer` say whether there are more. `thread` keeps to one topic of a forum.
    """
    limit = max(1, min(limit, MOST))
    if after is not None:
        found = _taken(_forwards(chat, after + 1), thread, limit + 1)
        more, posts = len(found) > limit, found[:limit]
        return {"posts": [post_view(post) for post in posts], "older": after > 0, "newer": more}
    end = chat.next_id if before is None else before
    found = _taken(_backwards(chat, end), thread, limit + 1)
    posts = list(reversed(found[:limit]))
    return {"posts": [post_view(post) for post in posts], "older": len(found) > limit, "newer": before is not None}


def _taken(posts: Iterator[Post], thread: int | None, limit: int) -> list[Post]:
    chosen: list[Post] = []
    for post in posts:
        if thread is None or (post.thread or GENERAL) == thread:
            chosen.append(post)
            if len(chosen) == limit:
                break
    return chosen


def _backwards(chat: Chat, end: int) -> Iterator[Post]:
    return _there(chat, range(min(end, chat.next_id) - 1, 0, -1))


def _forwards(chat: Chat, start: int) -> Iterator[Post]:
    return _there(chat, range(max(start, 1), chat.next_id))


def _there(chat: Chat, numbers: range) -> Iterator[Post]:
    found = (chat.posts.get(number) for number in numbers)
    return (post for post in found if post and not post.deleted)
