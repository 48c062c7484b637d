"""aiogram's models, built when they are first used.

Importing aiogram builds a validator for each of some 350 types, and each holds a copy of all it refers to: three quarters
of the import's time, and 100 MB. Of these a bot that only hears needs one, `Update`, which holds the rest.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from pydantic import BaseModel

TYPES = "aiogram.types"
_rebuild: Callable[..., bool | None] = BaseModel.model_rebuild.__func__  # type: ignore[attr-defined]


def defer_models() -> None:
    """Import aiogram's types unbuilt; pydantic builds each at its first use, as its `defer_build` promises.

    To be called before anything imports aiogram: afterwards it does nothing. At the end of its import aiogram asks each
    model to be rebuilt with the names its annotations need; here the names are kept, and given when it is built.
    """
    if TYPES in sys.modules:
        return
    names: dict[str, Any] = {}
    as_it_was = BaseModel.__dict__["model_rebuild"]
    setattr(BaseModel, "model_rebuild", classmethod(_remembering(names)))  # noqa: B010 - mypy: a method
    try:
        bases = import_module(TYPES).TelegramObject, import_module("aiogram.methods").TelegramMethod
    finally:
        setattr(BaseModel, "model_rebuild", as_it_was)  # noqa: B010
    for base in bases:
        base.model_rebuild = classmethod(_knowing(names))


def _remembering(names: dict[str, Any]) -> Callable[..., bool | None]:
    def model_rebuild(
        cls: type[BaseModel], *, _types_namespace: Mapping[str, Any] | None = None, **how: Any
    ) -> bool | None:
        if _types_namespace is None:
            return _rebuild(cls, **how)
        names.update(_types_namespace)
        return None

    return model_rebuild


def _knowing(names: Mapping[str, Any]) -> Callable[..., bool | None]:
    def model_rebuild(
        cls: type[BaseModel], *, _types_namespace: Mapping[str, Any] | None = None, **how: Any
    ) -> bool | None:
        return _rebuild(cls, _types_namespace=_types_namespace or names, **how)

    return model_rebuild
