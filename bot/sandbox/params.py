"""A request's parameters, however they were sent: query, JSON, urlencoded or multipart."""

import json
import re
import types
import typing
from dataclasses import dataclass
from functools import cache
from typing import Any

import aiogram.methods
from aiogram.methods.base import TelegramMethod
from aiogram.types import InputFile
from aiohttp import web
from pydantic import BaseModel

from bot.sandbox.errors import ApiError, Json, bad_request

Model = type[TelegramMethod[Any]]
UPLOAD_LIMIT = 50 * 1024 * 1024
WHOLE = re.compile(r"-?\d+")


@dataclass(frozen=True)
class Upload:
    """A file that came along in a multipart request."""

    name: str
    data: bytes
    mime: str


@cache
def models() -> dict[str, Model]:
    """Every method's model by its name in lower case (method names are case-insensitive)."""
    found = (getattr(aiogram.methods, name) for name in aiogram.methods.__all__)
    wanted = (m for m in found if isinstance(m, type) and hasattr(m, "__api_method__") and m is not TelegramMethod)
    return {model.__api_method__.lower(): model for model in wanted if isinstance(model.__api_method__, str)}


async def read(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """Parameters as sent, and uploads by field name; ApiError 413 for more than 50 MB."""
    params: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    if (request.content_length or 0) > UPLOAD_LIMIT:
        raise ApiError(413, "Request Entity Too Large")
    if request.content_type == "application/json":
        params |= _object(await request.text())
    elif request.method == "POST":
        for key, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                uploads[key] = Upload(value.filename, value.file.read(), value.content_type)
                params.setdefault(key, f"attach://{key}")
            else:
                params[key] = value
    return params, uploads


def _object(text: str) -> Json:
    try:
        value = json.loads(text or "{}")
    except ValueError as error:
        raise bad_request("can't parse request JSON object") from error
    if not isinstance(value, dict):
        raise bad_request("can't parse request JSON object")
    return {key: item for key, item in value.items() if item is not None}


def decode(model: Model, params: Json, uploads: dict[str, Upload]) -> Json:
    """Strings become numbers, booleans, lists and objects where the model wants them; None and uploads apart."""
    attached = {key for key in uploads if key not in model.model_fields}
    chosen = {key: value for key, value in params.items() if key not in attached and value is not None}
    return {key: _decoded(model, key, value) for key, value in chosen.items()}


def _decoded(model: Model, key: str, value: Any) -> Any:
    if not isinstance(value, str) or key not in model.model_fields:
        return value
    annotation: Any = model.model_fields[key].annotation
    wanted = leaves(annotation)
    if any(isinstance(leaf, type) and issubclass(leaf, (BaseModel, list, dict)) for leaf in wanted):
        return _json(key, value)
    if bool in wanted:
        return value.lower() in {"true", "yes", "1"}
    if int in wanted and WHOLE.fullmatch(value):
        return int(value)
    return value


def _json(key: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError as error:
        raise bad_request(f"can't parse {key.replace('_', ' ')} JSON object") from error


@cache
def leaves(annotation: Any) -> frozenset[Any]:
    """The plain types an annotation is made of; containers stand for themselves."""
    origin = typing.get_origin(annotation)
    if origin in {typing.Union, types.UnionType}:
        return frozenset().union(*(leaves(a) for a in typing.get_args(annotation)))
    if origin is typing.Annotated:
        return leaves(typing.get_args(annotation)[0])
    return frozenset({origin or annotation}) - {type(None), InputFile}
