"""What the Bot API answers when it refuses (wording as Telegram's servers give it, where it is known)."""

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal: HTTP status `code`, `description`, and `parameters` as in the API's ResponseParameters."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> Json:
        """The JSON answer."""
        answer: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


class ActError(Exception):
    """A person in the sandbox can't do what was asked of them (no such chat, message or button)."""


def bad_request(description: str) -> ApiError:
    """400."""
    return ApiError(400, f"Bad Request: {description}")


def forbidden(description: str) -> ApiError:
    """403."""
    return ApiError(403, f"Forbidden: {description}")


def conflict(description: str) -> ApiError:
    """409: two ways of fetching updates at once."""
    return ApiError(409, f"Conflict: {description}")


def too_many(seconds: int) -> ApiError:
    """429, with the whole seconds to wait."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def upgraded(new_id: int) -> ApiError:
    """400: the group lives on as a supergroup under another id."""
    parameters = {"migrate_to_chat_id": new_id}
    return ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", parameters)


def unparsable(reason: str) -> ApiError:
    """400: the markup of a text."""
    return bad_request(f"can't parse entities: {reason}")
