"""What went wrong, in a sentence that says what to do."""

from bot.domain.errors import PersonUnknown, ProjectUnknown, Refused, ScopeMalformed, UnitUnknown
from bot.domain.sheets import SheetsRefused
from bot.policy import PolicyError
from bot.ports import StoreUnavailable
from bot.settings import SettingsError


def reason_of(error: Exception) -> str | None:
    """The sentence for what may be expected to go wrong; None for a bug."""
    match error:
        case SettingsError() | PolicyError() | SheetsRefused():
            return str(error)
        case Refused():
            return _refusal(error)
        case StoreUnavailable():
            return f"The database is busy or can't be reached ({error}). Try again."
        case OSError():
            return f"{error.filename or 'The system'}: {error.strerror or error}"
        case _:
            return _by_name(error)


def _refusal(error: Refused) -> str:
    given = error.facts.get("given", "")
    match error:
        case PersonUnknown():
            return f"There is no person with the code {given} (or the person has left). `project-home import` brings people in."
        case ProjectUnknown():
            return f"There is no project with the code {given}."
        case UnitUnknown():
            return f"There is no unit with the code {given}."
        case ScopeMalformed():
            return f"'{given}' is not a scope: city, district:NAME, unit:CODE or project:CODE."
        case _:
            return f"Refused: {error.reason} {error.facts or ''}".rstrip()


def _by_name(error: Exception) -> str | None:
    """Errors whose classes live in heavy modules, known by name so that those need not be imported."""
    if is_refused_token(error):
        return "PROJECT_HOME_BOT_TOKEN: Telegram refuses it. Ask @BotFather for the token, and set it anew."
    match type(error).__name__:
        case "DatabaseUnusable" | "ClockUnreachable" | "BackupUnusable" | "NewerLedger":
            return str(error)
        case "AlreadyRunning" | "FileInUse" | "NeedsPostgres" | "WebhookRefused":
            return str(error)
        case "OperationalError" | "InterfaceError" | "TimeoutError":
            return f"The database is busy or can't be reached ({str(error).splitlines()[0]}). Try again."
        case "CallFailed":
            return f"Telegram did not answer as hoped: {error}"
        case _:
            return None


def is_refused_token(error: Exception) -> bool:
    """Telegram answered, and does not know this token."""
    name = type(error).__name__
    return name == "TokenRejected" or (name == "CallFailed" and "InvalidToken" in str(error))
