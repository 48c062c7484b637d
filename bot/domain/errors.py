"""What a use case may refuse. Each class is one sentence to the person (`templates/refusals.html.j2`).

The attributes of an error are the facts of its sentence: plain JSON values, never a chat library's objects.
"""

from typing import Any


class Refused(Exception):  # noqa: N818 - an outcome the person is told about, not a fault
    """A request the office's rules don't allow. Subclasses name the reason."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(type(self).__name__, facts)
        self.facts = facts

    @property
    def reason(self) -> str:
        """The class name: the key of the sentence."""
        return type(self).__name__


# who you are
class NotAllowed(Refused):
    """The person has no role for this. Facts: action."""


class NotYours(Refused):
    """The issue exists, but is outside the person's sight; said the same as if it did not exist. Facts: number."""


class Stranger(Refused):
    """Nobody we know, and no service card scanned. Facts: none."""


class Retired(Refused):
    """The person left the office's sheets; the account has no role any more. Facts: none."""


class ForwardedCommand(Refused):
    """A command that was forwarded carries nobody's authority. Facts: none."""


class AnonymousSender(Refused):
    """An anonymous group admin or a channel has no role. Facts: none."""


class InHand(Refused):
    """Another clerk is at a decision about it. Facts: number, name."""


# what you named
class IssueUnknown(Refused):
    """No such issue, or none you may see. Facts: number."""


class NumberMalformed(Refused):
    """Not an issue number. Facts: given, example."""


class CommandUnknown(Refused):
    """No such command. Facts: command, close (the nearest command or '')."""


class WordsMissing(Refused):
    """A command that needs words got none. Facts: command, example ('': words to look for)."""


class ProjectUnknown(Refused):
    """No project by that name or code. Facts: given."""


class UnitUnknown(Refused):
    """No unit by that name or code. Facts: given."""


class PersonUnknown(Refused):
    """No person by that code. Facts: given."""


class ScopeMalformed(Refused):
    """A scope or hour that can't be read. Facts: given, example."""


class GroupOnly(Refused):
    """The command is for groups. Facts: command."""


class PrivateOnly(Refused):
    """The command is for the private chat with the bot. Facts: command."""


class GroupUnbound(Refused):
    """Nobody with the right has opened this group to the ledger. Facts: none."""


class OutsideGroup(Refused):
    """It lies outside the part of the ledger this group was opened to. Facts: given (a number, a project's name)."""


class MessageNeeded(Refused):
    """/report needs a message to file. Facts: why ('none': not sent in reply to one, 'empty': nothing in it that a report
    could hold, 'author': a bot or a mask wrote it)."""


class ProjectNeeded(Refused):
    """Nothing says which project a message in a group is about. Facts: example."""


class FiledBefore(Refused):
    """This message is in the ledger. Facts: number."""


class TopicNeeded(Refused):
    """The command is for a group with topics, within one of them. Facts: command."""


# links
class InvitationInvalid(Refused):
    """Unknown, used or expired; which one is said only by why. Facts: why ('unknown', 'used', 'expired')."""


class AlreadyBound(Refused):
    """This account already belongs to another person of the office. Facts: none."""


class CardRevoked(Refused):
    """The service card was revoked or never issued. Facts: none."""


# drafts and evidence
class DraftEmpty(Refused):
    """Nothing to file yet: neither a word nor a picture. Facts: none."""


class DraftClosed(Refused):
    """The draft was filed or cancelled. Facts: number ('' when cancelled)."""


class TooManyFiles(Refused):
    """The draft holds as many files as one report may. Facts: limit."""


class TextTooLong(Refused):
    """The draft holds as many characters as one report may. Facts: limit."""


class FileTooBig(Refused):
    """Over what a bot may download. Facts: size_mb, limit_mb."""


# life of an issue
class IllegalMove(Refused):
    """The life of an issue has no such step from here. Facts: number, move, status."""


class ReasonNeeded(Refused):
    """The step needs its reason in words. Facts: move."""


class UnitNeeded(Refused):
    """Assigning needs a responsible unit first. Facts: number."""


class NobodyAtUnit(Refused):
    """The unit has nobody who could be given the task. Facts: unit."""


class ProofNeeded(Refused):
    """Resolving needs what the category asks. Facts: number, missing (list of 'text', 'photo', 'means')."""


class WordNeeded(Refused):
    """Clearing needs the reporter's word, or silence after two asks. Facts: number, until (ISO moment or '')."""


class UndoTooLate(Refused):
    """Nothing to undo, or the ten minutes are over. Facts: number, minutes."""


class CannotMerge(Refused):
    """Not into this one. Facts: number, original (its number), why: 'itself', 'closed', 'unknown'."""


class ChangedMeanwhile(Refused):
    """Somebody else was quicker. Facts: number."""


class DeadlinePast(Refused):
    """A deadline before today. Facts: given."""


class NudgedToday(Refused):
    """The same person nudged the same issue on the same day. Facts: number, at (when that was)."""


class ExtensionTooShort(Refused):
    """More time was asked for, until a day that is not later than the deadline. Facts: given, due_at."""
