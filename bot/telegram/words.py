"""The word people see for every value of the domain (domain.md). `_` is the gettext of the language spoken."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.domain.draft import MediaKind
from bot.domain.history import Action
from bot.domain.issue import Category, Channel, Kind, Level, Means, Outcome, Satisfaction, Status, Word
from bot.domain.organisation import ProjectKind, ProjectRank, Role, ScopeKind, UnitKind
from bot.domain.policy import Field

Gettext = Callable[[str], str]
Words = Mapping[str, str]


def _(source: str) -> str:
    """Marks a source text for the catalogues; translated when it is shown."""
    return source


STATUS: Words = MappingProxyType(
    {
        Status.REPORTED: _("Reported"),
        Status.REGISTERED: _("Registered"),
        Status.VERIFIED: _("Verified"),
        Status.ASSIGNED: _("Assigned"),
        Status.ACCEPTED: _("Accepted"),
        Status.RESOLVED: _("Resolved"),
        Status.CLEARED: _("Cleared"),
        Status.RETURNED: _("Returned"),
        Status.REJECTED: _("Rejected"),
        Status.MERGED: _("Merged"),
        Status.SUSPENDED: _("Suspended"),
    }
)
CATEGORY: Words = MappingProxyType(
    {
        Category.EARLY_PROCEDURES: _("Early procedures"),
        Category.LAND_ACQUISITION: _("Land acquisition"),
        Category.ILLEGAL_LAND_USE: _("Illegal land use"),
        Category.POWER: _("Power supply"),
        Category.UTILITY_RELOCATION: _("Utility relocation"),
        Category.ACCEPTANCE: _("Acceptance of works"),
        Category.PAYMENT: _("Payment for works"),
        Category.OTHER: _("Other"),
    }
)
LEVEL: Words = MappingProxyType({Level.A: _("A urgent"), Level.B: _("B ordinary"), Level.C: _("C long-term")})
KIND: Words = MappingProxyType({Kind.SINGLE: _("Single"), Kind.COMMON: _("Common")})
CHANNEL: Words = MappingProxyType(
    {
        Channel.CHAT: _("Private chat"),
        Channel.GROUP: _("Group chat"),
        Channel.HOTLINE: _("Hotline"),
        Channel.MAILBOX: _("Mailbox"),
        Channel.VISIT: _("Visit"),
        Channel.WEB: _("Web"),
    }
)
MEANS: Words = MappingProxyType(
    {
        Means.COST_CONSULTING: _("Cost consulting"),
        Means.TENDER_SERVICE: _("Tender service"),
        Means.TOLERANT_DRAWING_REVIEW: _("Tolerant drawing review"),
        Means.EARLY_GUIDANCE: _("Early guidance"),
        Means.FIRE_SAFETY_SERVICE: _("Fire safety service"),
        Means.PRICE_ADJUSTMENT: _("Labour and material price adjustment"),
        Means.ACCELERATION_BONUS: _("Acceleration bonus"),
        Means.CREDIT_INCENTIVE: _("Credit incentive"),
        Means.PHASED_ACCEPTANCE: _("Phased acceptance"),
    }
)
SATISFACTION: Words = MappingProxyType(
    {
        Satisfaction.SATISFIED: _("Satisfied"),
        Satisfaction.FAIR: _("Fair"),
        Satisfaction.DISSATISFIED: _("Dissatisfied"),
    }
)
WORD: Words = MappingProxyType({Word.SOLVED: _("Solved"), Word.NOT_SOLVED: _("Not solved")})
OUTCOME: Words = MappingProxyType(
    {
        Outcome.SOLVED: _("Solved"),
        Outcome.PARTLY: _("Partly solved"),
        Outcome.TRANSFERRED: _("Transferred"),
        Outcome.NOT_ACCEPTED: _("Not accepted"),
    }
)
ROLE: Words = MappingProxyType(
    {
        Role.REPORTER: _("Site staff"),
        Role.CLERK: _("Office clerk"),
        Role.VERIFIER: _("District group"),
        Role.ASSIGNEE: _("Person in charge"),
        Role.LEADER: _("Leader"),
        Role.AUDITOR: _("Observer"),
        Role.ADMIN: _("Administrator"),
    }
)
ACTION: Words = MappingProxyType(
    {
        Action.REPORT: _("reported it"),
        Action.ERASE: _("took a person's data out of it"),
        Action.REGISTER: _("registered it"),
        Action.VERIFY: _("verified it"),
        Action.ASSIGN: _("assigned it"),
        Action.ACCEPT: _("accepted it"),
        Action.RETURN: _("returned it"),
        Action.RESOLVE: _("resolved it"),
        Action.CONFIRM: _("confirmed that it is solved"),
        Action.DISPUTE: _("said it is not solved"),
        Action.RATE: _("rated the solution"),
        Action.CLEAR: _("cleared it"),
        Action.REOPEN: _("reopened it"),
        Action.REJECT: _("rejected it"),
        Action.MERGE: _("merged it into"),
        Action.ABSORB: _("merged into it"),
        Action.SUSPEND: _("suspended it, waiting for"),
        Action.RESUME: _("let it go on"),
        Action.CONCLUDE: _("struck it off as not solved"),
        Action.EXPLAIN: _("said what is in the way"),
        Action.EXTEND: _("asked for more time"),
        Action.GRANT: _("gave more time"),
        Action.REFUSE: _("gave no more time"),
        Action.ASK_AGAIN: _("asked the reporter again"),
        Action.HAND_OVER: _("handed it over"),
        Action.UNDO: _("undid the last step"),
        Action.CATEGORISE: _("changed the category"),
        Action.RANK: _("changed the level"),
        Action.CLASSIFY: _("changed the kind"),
        Action.NAME_UNIT: _("named the responsible unit"),
        Action.SET_DEADLINE: _("set the deadline"),
        Action.NUDGE: _("nudged"),
        Action.REMARK: _("remarked"),
        Action.ADD_EVIDENCE: _("added evidence"),
        Action.REBIND: _("was identified as a person of the office"),
    }
)
MEDIA_KIND: Words = MappingProxyType(
    {
        MediaKind.PHOTO: _("Photo"),
        MediaKind.VIDEO: _("Video"),
        MediaKind.VIDEO_NOTE: _("Video note"),
        MediaKind.VOICE: _("Voice note"),
        MediaKind.AUDIO: _("Audio"),
        MediaKind.ANIMATION: _("Animation"),
        MediaKind.DOCUMENT: _("Document"),
    }
)
PROJECT_RANK: Words = MappingProxyType(
    {
        ProjectRank.KEY_PROVINCE: _("Key project of the province"),
        ProjectRank.KEY_CITY: _("Key project of the city"),
        ProjectRank.ORDINARY: _("Ordinary project"),
    }
)
PROJECT_KIND: Words = MappingProxyType(
    {
        ProjectKind.INDUSTRIAL: _("Industrial"),
        ProjectKind.MEDICAL: _("Medical"),
        ProjectKind.PUBLIC: _("Public"),
        ProjectKind.URBAN_VILLAGE: _("Urban village"),
        ProjectKind.OLD_NEIGHBOURHOOD: _("Old neighbourhood"),
        ProjectKind.LAND_SALE: _("Land for sale"),
    }
)
UNIT_KIND: Words = MappingProxyType(
    {
        UnitKind.OFFICE: _("City office"),
        UnitKind.RESPONSIBLE: _("Responsible unit"),
        UnitKind.REPORTING: _("Reporting unit"),
        UnitKind.BOTH: _("Reporting and responsible unit"),
        UnitKind.DISTRICT_GROUP: _("District working group"),
    }
)
SCOPE_KIND: Words = MappingProxyType(
    {
        ScopeKind.CITY: _("The whole city"),
        ScopeKind.DISTRICT: _("District"),
        ScopeKind.UNIT: _("Unit"),
        ScopeKind.PROJECT: _("Project"),
    }
)
FIELD: Words = MappingProxyType({Field.PHOTO: _("a photo"), Field.PLACE: _("the place")})
TABLES: Mapping[str, Words] = MappingProxyType(
    {
        "status": STATUS,
        "category": CATEGORY,
        "level": LEVEL,
        "kind": KIND,
        "channel": CHANNEL,
        "means": MEANS,
        "satisfaction": SATISFACTION,
        "word": WORD,
        "outcome": OUTCOME,
        "role": ROLE,
        "action": ACTION,
        "media_kind": MEDIA_KIND,
        "project_rank": PROJECT_RANK,
        "project_kind": PROJECT_KIND,
        "unit_kind": UNIT_KIND,
        "scope_kind": SCOPE_KIND,
        "field": FIELD,
    }
)
"""By the name of the Jinja filter that shows them."""


def status(_: Gettext, value: str) -> str:
    """The state of an issue."""
    return _(STATUS[value])


def category(_: Gettext, value: str) -> str:
    """The category of an issue."""
    return _(CATEGORY[value])


def level(_: Gettext, value: str) -> str:
    """Letter and word: 'A urgent'."""
    return _(LEVEL[value])


def kind(_: Gettext, value: str) -> str:
    """One project's obstacle or everybody's."""
    return _(KIND[value])


def means(_: Gettext, value: str) -> str:
    """One of the nine means."""
    return _(MEANS[value])


def satisfaction(_: Gettext, value: str) -> str:
    """The reporter's rating."""
    return _(SATISFACTION[value])


def outcome(_: Gettext, value: str) -> str:
    """How a cleared issue ended."""
    return _(OUTCOME[value])


def role(_: Gettext, value: str) -> str:
    """A role, without its scope."""
    return _(ROLE[value])
