"""What a deployment sets: environment variables with the prefix PROJECT_HOME_, or the same in a file `.env`."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.masking import mask

PREFIX = "PROJECT_HOME_"
_BUCKETS = ("s3", "gs", "az")
# the object store's own variables: read by its library, hidden by us
_STORE_SECRETS = (
    *("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "GOOGLE_SERVICE_ACCOUNT_KEY"),
    *("AZURE_storageACCOUNT_KEY", "AZURE_storageACCESS_KEY", "AZURE_storageSAS_KEY", "AZURE_CLIENT_SECRET"),
)
OFFICIAL = "https://api.telegram.org"


class SettingsError(Exception):
    """The settings can't be used: one sentence per variable, without the values of secrets."""


def _address(*schemes: str) -> AfterValidator:
    def check(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.hostname or parts.port == 0:
            raise ValueError
        return value.rstrip("/")

    return AfterValidator(check)


def _database(value: str) -> str:
    """A URL as other tools write it is understood, and one as it was written for an earlier version."""
    scheme, separator, rest = value.partition("://")
    drivers = {"sqlite+aiosqlite": "sqlite", "postgres": "postgresql+asyncpg", "postgresql": "postgresql+asyncpg"}
    scheme = drivers.get(scheme, scheme)
    if not separator or not rest or scheme not in drivers.values():
        raise ValueError
    if scheme == "sqlite" and rest.split("?")[0].strip("/") in {"", ":memory:"}:
        raise ValueError  # the ledger needs a file
    return f"{scheme}://{rest}"


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError) as error:
        raise ValueError from error
    return value


def place(value: str) -> str:
    """A folder, as a file:// address too; or a bucket, without credentials: those have variables of their own."""
    parts = urlsplit(value)
    if value.startswith("file://"):
        return unquote(parts.path)
    if "://" not in value:
        return value
    strange = set(parse_qs(parts.query)) - {"endpoint", "region"}
    if parts.scheme not in _BUCKETS or not parts.netloc or "@" in parts.netloc or strange:
        raise ValueError
    return value


def _locale(value: str) -> str:
    """zh_CN and en-GB mean zh and en."""
    return value.replace("-", "_").split("_")[0].lower()


def _secret(pattern: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if not re.fullmatch(pattern, value.get_secret_value()):
            raise ValueError
        return value

    return AfterValidator(check)


Web = Annotated[str, _address("http", "https")]


class Settings(BaseSettings):
    """The settings, checked. The description of each field says what is allowed: error messages quote it.

    Nothing secret shows in repr, str or a traceback; `str` of a single URL does show it: log it through `masking.mask`.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8-sig",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    bot_token: Annotated[SecretStr, _secret(r"\d{1,20}:[A-Za-z0-9_-]+")] | None = Field(
        None, description="the bot's token from @BotFather: digits, a colon, letters"
    )
    bot_api_url: Web = Field(OFFICIAL, description="an http or https address")
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        "sqlite:///data/ledger.db",
        description="sqlite:///path/to/ledger.db or postgresql+asyncpg://user:password@host/name",
    )
    media_url: Annotated[str, AfterValidator(place)] = Field(
        "data/media",
        description="a folder, or s3://bucket/prefix (gs:// and az:// too; ?endpoint=https://… for a server of your own)",
    )
    policy: Path | None = Field(None, description="a policy.toml file")
    timezone: Annotated[str, AfterValidator(_zone)] | None = Field(
        None, description="the name of a time zone, e.g. Asia/Shanghai"
    )
    locale: Annotated[Literal["zh", "en"], BeforeValidator(_locale)] | None = Field(None, description="zh or en")
    webhook_url: Web | None = Field(None, description="an https address")
    webhook_secret: Annotated[SecretStr, _secret(r"[A-Za-z0-9_-]{1,256}")] | None = Field(
        None, description="1 to 256 letters, digits, _ or -"
    )
    http_host: str = Field("127.0.0.1", description="the address to listen at; 0.0.0.0 for all of this machine's")
    http_port: int = Field(8080, ge=1, le=65535, description="a whole number from 1 to 65535")
    log_format: Literal["console", "json"] = Field("console", description="console or json")
    proxy: Annotated[str, _address("http", "https", "socks4", "socks5", "socks5h")] | None = Field(
        None, description="an address that begins with http://, https://, socks4:// or socks5://"
    )
    clock_url: Web | None = Field(None, description="an http address, with a sandbox as BOT_API_URL")

    @model_validator(mode="after")
    def _no_open_webhook(self) -> "Settings":
        """Telegram's own server sends to https only; a Bot API server of one's own may stand in the same room."""
        if (self.webhook_url or "").startswith("http://") and self.bot_api_url == OFFICIAL:
            raise ValueError(f"{PREFIX}WEBHOOK_URL: must be {_allowed('webhook_url')}")
        return self

    @model_validator(mode="after")
    def _no_false_time(self) -> "Settings":
        """A clock from elsewhere is for demos and tests: never with the real Telegram."""
        if self.clock_url and (urlsplit(self.bot_api_url).hostname or "").rstrip(".").endswith("telegram.org"):
            raise ValueError(f"{PREFIX}CLOCK_URL: is refused with the official API server; it is for the sandbox only")
        return self

    @property
    def bot_id(self) -> int:
        """The bot's own account number: the token begins with it. Raises SettingsError without a token."""
        return int(self.token().partition(":")[0])

    def token(self) -> str:
        """The token in clear, for whoever calls Telegram. Raises SettingsError where none is set."""
        if self.bot_token is None:
            raise SettingsError(f"{PREFIX}BOT_TOKEN: is not set; it must be {_allowed('bot_token')}")
        return self.bot_token.get_secret_value()

    def webhook(self) -> tuple[str, str]:
        """The address Telegram is to send to, and the secret it must show. Raises SettingsError where one is not set."""
        for name in ("webhook_url", "webhook_secret"):
            if getattr(self, name) is None:
                raise SettingsError(f"{PREFIX}{name.upper()}: is not set; it must be {_allowed(name)}")
        return self.webhook_url or "", self.webhook_secret.get_secret_value() if self.webhook_secret else ""

    def secrets(self) -> tuple[str, ...]:
        """Every secret there is in clear, for the log's mask."""
        kept = [secret.get_secret_value() for secret in (self.bot_token, self.webhook_secret) if secret]
        addresses = (self.bot_api_url, self.database_url, self.webhook_url, self.proxy, self.clock_url)
        kept += [os.environ[name] for name in _STORE_SECRETS if os.environ.get(name)]
        return (*kept, *(found for address in addresses for found in _passwords(address or "")))

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, mask(value) if isinstance(value, str) else value


def load_settings(**given: Any) -> Settings:
    """The settings from the environment and `.env`; `given` wins over both. Raises SettingsError that names each variable."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentences(error))) from None
    except UnicodeDecodeError:
        raise SettingsError(".env: must be a text file in UTF-8") from None


def unknown_variables(environment: Iterable[str]) -> list[str]:
    """Names that begin like ours and mean nothing here: most likely misspelt."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    return sorted(name for name in environment if name.upper().startswith(PREFIX) and name.upper() not in known)


def _sentences(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_input=False, include_url=False):
        if problem["loc"]:
            name = str(problem["loc"][0]).lower()
            yield f"{PREFIX}{name.upper()}: must be {_allowed(name)}"
        else:
            yield str(problem["ctx"]["error"])


def _allowed(name: str) -> str:
    return str(Settings.model_fields[name].description)


def _passwords(address: str) -> Iterator[str]:
    """The password of an address, as written and as meant."""
    user_info, at, _ = address.partition("://")[2].split("/")[0].rpartition("@")
    password = user_info.partition(":")[2]
    if at and password:
        yield from (password, unquote(password))
