"""The methods about members and what a group is called: bans, restrictions, administrators, links, titles."""

from typing import Any

from bot.sandbox.calls import BotCall, need_right
from bot.sandbox.chats import ADMIN_RIGHTS, Chat, Member
from bot.sandbox.errors import Json, bad_request

RESTRICT, INVITE, INFO = "can_restrict_members", "can_invite_users", "can_change_info"


def _group(call: BotCall, right: str, refusal: str) -> Chat:
    chat = call.chat()
    if chat.private:
        raise bad_request("method is available for group, supergroup and channel chats only")
    need_right(call, chat, right, refusal)
    return chat


def _member(call: BotCall, chat: Chat) -> Member:
    """Somebody of this world, in the chat or not; ApiError 400 for nobody and for the owner."""
    person = call.world.users.get(call.get("user_id"))
    if person is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    member = chat.member(person.id) or Member(person.profile, "left")
    if member.status == "creator":
        raise bad_request("can't remove chat owner")
    return member


def _stand(call: BotCall, chat: Chat, member: Member, status: str, rights: dict[str, bool] | None = None) -> bool:
    """The bot changes someone's standing and, if it asked for chat_member, is told so."""
    old = member.as_json()
    member.status, member.rights = status, rights or {}
    chat.members[int(member.user["id"])] = member
    body: Json = {"chat": chat.head, "from": call.world.bot_profile, "date": call.world.clock.unix()}
    call.world.updates.push("chat_member", body | {"old_chat_member": old, "new_chat_member": member.as_json()})
    call.world.feed.tell("member", chat.id, user=member.user, status=status)
    return True


def ban(call: BotCall) -> bool:
    """Out, and not to come back."""
    chat = _group(call, RESTRICT, "not enough rights to restrict/unrestrict chat member")
    return _stand(call, chat, _member(call, chat), "kicked")


def unban(call: BotCall) -> bool:
    """May come back; who is in is put out, unless `only_if_banned`."""
    chat = _group(call, RESTRICT, "not enough rights to restrict/unrestrict chat member")
    member = _member(call, chat)
    if member.status == "kicked" or not call.get("only_if_banned"):
        _stand(call, chat, member, "left")
    return True


def restrict(call: BotCall) -> bool:
    """Fewer permissions, or all of them again."""
    chat = _group(call, RESTRICT, "not enough rights to restrict/unrestrict chat member")
    if chat.kind != "supergroup":
        raise bad_request("method is available only for supergroups")
    everything = all(value for value in call.get("permissions").values())
    return _stand(call, chat, _member(call, chat), "member" if everything else "restricted")


def promote(call: BotCall) -> bool:
    """Administrator with the rights named; none of them: a member again."""
    chat = _group(call, "can_promote_members", "not enough rights")
    rights = {right: True for right in ADMIN_RIGHTS if call.get(right)}
    return _stand(call, chat, _member(call, chat), "administrator" if rights else "member", rights)


def _link(call: BotCall, chat: Chat) -> Json:
    number = f"{abs(chat.id)}_{call.world.number()}"
    limits = {name: call.get(name) for name in ("name", "expire_date", "member_limit") if call.get(name)}
    link: Json = {"invite_link": f"https://t.me/+sandbox{number}", "creator": call.world.bot_profile}
    flags = {"creates_join_request": bool(call.get("creates_join_request")), "is_primary": False, "is_revoked": False}
    return link | flags | limits


def export_link(call: BotCall) -> str:
    """A new primary link."""
    chat = _group(call, INVITE, "not enough rights to manage chat invite link")
    return str(_link(call, chat)["invite_link"])


def create_link(call: BotCall) -> Json:
    """An API ChatInviteLink."""
    chat = _group(call, INVITE, "not enough rights to manage chat invite link")
    link = _link(call, chat)
    chat.links[link["invite_link"]] = link
    return link


def revoke_link(call: BotCall) -> Json:
    """Dead from now on."""
    chat = _group(call, INVITE, "not enough rights to manage chat invite link")
    link = chat.links.get(call.get("invite_link"))
    if link is None:
        raise bad_request("INVITE_HASH_EXPIRED")
    link["is_revoked"] = True
    return link


def set_title(call: BotCall) -> bool:
    """1-128 characters."""
    chat = _group(call, INFO, "not enough rights to change chat title")
    title = call.get("title")
    if not 1 <= len(title) <= 128:
        raise bad_request("chat title is empty" if not title else "chat title is too long")
    chat.head["title"] = title
    call.world.post(chat, call.world.bot_profile, {"new_chat_title": title}, by_bot=True)
    call.world.feed.tell("chat", chat.id)
    return True


def set_description(call: BotCall) -> bool:
    """At most 255 characters."""
    chat = _group(call, INFO, "not enough rights to change chat description")
    text = call.get("description") or ""
    if len(text) > 255:
        raise bad_request("chat description is too long")
    if text == chat.full.get("description", ""):
        raise bad_request("chat description is not modified")
    chat.full["description"] = text
    return True


def set_permissions(call: BotCall) -> bool:
    """What members may do by default."""
    chat = _group(call, RESTRICT, "not enough rights to change chat permissions")
    chat.full["permissions"] = call.get("permissions")
    return True


def photos(call: BotCall) -> Json:
    """Nobody here has a picture of themselves."""
    if call.get("user_id") not in call.world.users:
        raise bad_request("user not found")
    return {"total_count": 0, "photos": []}


def set_default_rights(call: BotCall) -> bool:
    """The rights suggested when the bot is made administrator."""
    call.world.profile.rights[bool(call.get("for_channels"))] = call.get("rights") or {}
    return True


def get_default_rights(call: BotCall) -> Any:
    """The same."""
    known = call.world.profile.rights.get(bool(call.get("for_channels")), {})
    return {"is_anonymous": False} | dict.fromkeys(ADMIN_RIGHTS, False) | known


METHODS = {
    "banChatMember": ban,
    "unbanChatMember": unban,
    "restrictChatMember": restrict,
    "promoteChatMember": promote,
    "exportChatInviteLink": export_link,
    "createChatInviteLink": create_link,
    "revokeChatInviteLink": revoke_link,
    "setChatTitle": set_title,
    "setChatDescription": set_description,
    "setChatPermissions": set_permissions,
    "getUserProfilePhotos": photos,
    "setMyDefaultAdministratorRights": set_default_rights,
    "getMyDefaultAdministratorRights": get_default_rights,
}
