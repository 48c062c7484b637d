"""Fetches the bytes of what people sent, checks pictures, and keeps both the original and a clean copy (design.md: Photos)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Protocol

import structlog

from bot.domain.draft import DraftState, Media, MediaKind
from bot.domain.messages import Message, issue_card
from bot.ports import MediaFolder, StoreUnavailable
from bot.services.issues import cards
from bot.services.people import staff
from bot.services.reporting import drafts
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram.calls import CallFailed, Rejected
from bot.telegram.patience import apart, carrying_on, patiently, woken
from bot.telegram.pictures import NotAPicture, Picture, examine

log = structlog.get_logger(__name__)

AT_ONCE = 8
ATTEMPTS = 6  # the store spaces them out further and further: about an hour in all
DELAYED = 2  # attempts after which cards say that a file is still being fetched (`Media.is_delayed`)
IDLE_SECONDS = 5.0
ENDING_SECONDS = 1.5  # for what is in hand when asked to end: it can be fetched anew
NO_ROOM_SECONDS = 5.0  # between two tries to write what the disk or the object store refused
FALLBACK_MIME = "application/octet-stream"

Download = Callable[[str], Awaitable[bytes]]
"""The bytes of a file_id (`Gateway.download`). Raises CallFailed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that are in the media folder."""

    sha256: str
    clean_sha256: str | None
    size: int
    mime: str


@dataclass(frozen=True, slots=True)
class Note:
    """What became of a file, to be written down; and what of it is in the media folder."""

    write: Callable[[Turn], Awaitable[None]]
    kept: frozenset[str] = frozenset()


class Photos:
    """The worker; `wake` it when something was reported. `told` is called when it queued messages."""

    def __init__(
        self, turns: Turns, folder: MediaFolder, download: Download, told: Callable[[], None] = lambda: None
    ) -> None:
        self._turns = turns
        self._folder = folder
        self._download = download
        self._told = told
        self._woken = asyncio.Event()
        self._ending = asyncio.Event()
        self._limits: set[asyncio.Timeout] = set()  # of what is in hand
        self._abandoned = False
        self._next: list[Media] = []  # claimed with the last commit

    def wake(self) -> None:
        """There may be something to fetch."""
        self._woken.set()

    def stop(self) -> None:
        """Finish what is in hand, then let `run` return."""
        self._ending.set()
        self.wake()
        asyncio.get_running_loop().call_later(ENDING_SECONDS, self._abandon)

    async def run(self) -> None:
        """Until stopped. What fails is tried again later, and at last noted as missing."""
        while self._next or not self._ending.is_set():
            self._woken.clear()
            if await self._safely() < AT_ONCE:
                await woken(self._woken, IDLE_SECONDS)

    async def step(self) -> int:
        """Fetch what is due, a few side by side, and write down in one go what became of them; how many were tried. Raises
        StoreUnavailable."""
        claimed, self._next = self._next or await self._claim(), []
        found = await asyncio.gather(*(self._fetch(media) for media in claimed))
        notes = [note for note in found if note is not None]
        if notes:
            unwanted, self._next = await patiently(partial(self._note, notes, more=len(claimed) == AT_ONCE))
            await self._drop(unwanted)
            self._told()
        return len(claimed)

    async def _claim(self) -> list[Media]:
        async with self._turns.begin() as turn:
            return await turn.uow.evidence.claim(turn.now, AT_ONCE)

    async def _note(self, notes: Sequence[Note], *, more: bool = False) -> tuple[list[str], list[Media]]:
        """All in one go; one by one where that fails: what can't be noted keeps no other file from being, and is fetched again."""
        try:
            return await self._write(notes, more=more)
        except StoreUnavailable:
            raise
        except Exception:
            if len(notes) == 1:
                log.exception("photos.not_noted")
                return [], []
            return [sha256 for note in notes for sha256 in (await self._note([note]))[0]], []

    async def _write(self, notes: Sequence[Note], *, more: bool) -> tuple[list[str], list[Media]]:
        """In one transaction, and claim with it what comes next, if there may be `more`. Returns the SHA-256 of bytes that nobody
        waits for any more (whoever sent them was erased meanwhile, which is no reason to forget the others), and what was
        claimed."""
        unwanted: set[str] = set()
        async with self._turns.begin() as turn:
            for note in notes:
                try:
                    await note.write(turn)
                except LookupError:
                    log.warning("photos.gone_meanwhile")
                    unwanted |= note.kept
            unused = await turn.uow.evidence.unused(unwanted) if unwanted else []
            following = more and not self._ending.is_set()
            return unused, await turn.uow.evidence.claim(turn.now, AT_ONCE) if following else []

    async def _drop(self, hashes: Sequence[str]) -> None:
        for sha256 in hashes:
            await apart(self._folder.remove, sha256)

    async def _safely(self) -> int:
        with carrying_on("photos.step_failed"):
            return await patiently(self.step)
        return 0

    async def _fetch(self, media: Media) -> Note | None:
        """One file to its end: kept, missing, or left for the next attempt; what is to be written down of that."""
        try:
            kept = await self._had(media)
        except NotAPicture as error:
            return Note(partial(_give_up, media=media, error=str(error)))
        except OSError as error:  # our own trouble, however often: it is no reason to give up what can still be had
            log.warning("photos.left_for_later", media=media.id, error=str(error))
        except CallFailed as error:
            log.warning("photos.failed", media=media.id, attempt=media.attempts, error=str(error))
            if isinstance(error.outcome, Rejected) or media.attempts >= ATTEMPTS:
                return Note(partial(_give_up, media=media, error=str(error)))
            if media.attempts == DELAYED:
                return Note(partial(_say_delayed, media=media))
        except Exception as error:
            log.exception("photos.broken", media=media.id, attempt=media.attempts)
            if media.attempts >= ATTEMPTS:
                return Note(partial(_give_up, media=media, error=type(error).__name__))
        else:
            hashes = frozenset({kept.sha256, kept.clean_sha256 or kept.sha256})
            return Note(partial(_keep_in_mind, media=media, kept=kept), hashes)
        return None

    async def _had(self, media: Media) -> Kept:
        """TimeoutError if that takes longer than we have, once we are asked to end."""
        async with asyncio.timeout(0 if self._abandoned else None) as limit:
            self._limits.add(limit)
            try:
                return await self._keep(media, await self._download(media.file_id))
            finally:
                self._limits.discard(limit)

    async def _keep(self, media: Media, content: bytes) -> Kept:
        """Write first, speak later: the row says `stored` only once the bytes are safe."""
        picture: Picture | None = None
        if media.is_picture:
            redrawn = media.kind is MediaKind.PHOTO
            picture = await asyncio.to_thread(examine, content, self._turns.policy.photo_pixels, redrawn=redrawn)
        sha256 = await self._put(content)
        clean = await self._copied(picture, content, sha256)
        mime = picture.mime if picture is not None else media.mime or FALLBACK_MIME
        return Kept(sha256, clean, len(content), mime)

    async def _put(self, content: bytes) -> str:
        """However often the folder has to be asked: what was fetched stays in hand until there is room again. OSError only
        when asked to end meanwhile."""
        while True:
            try:
                return await apart(self._folder.put, content)
            except OSError as error:
                if self._ending.is_set():
                    raise
                log.warning("photos.no_room", error=str(error), retry_in=NO_ROOM_SECONDS)
                await woken(self._ending, NO_ROOM_SECONDS)

    def _abandon(self) -> None:
        """Asked to end, and Telegram or the place for photos does not answer: they are fetched anew by whoever comes next."""
        self._abandoned = True
        for limit in self._limits:
            limit.reschedule(asyncio.get_running_loop().time())

    async def _copied(self, picture: Picture | None, content: bytes, sha256: str) -> str | None:
        if picture is None or picture.clean == content:
            return None if picture is None else sha256
        return await self._put(picture.clean)


async def _keep_in_mind(turn: Turn, media: Media, kept: Kept) -> None:
    stored = await turn.uow.evidence.stored(media.id, kept.sha256, kept.clean_sha256, kept.size, kept.mime)
    await _show_late(turn, stored)
    if stored.attempts >= DELAYED:
        await _refresh(turn, stored)


async def _say_delayed(turn: Turn, media: Media) -> None:
    """The cards say that it is still being fetched."""
    for now in await turn.uow.evidence.many([media.id]):
        await _refresh(turn, now)


async def _give_up(turn: Turn, media: Media, error: str) -> None:
    log.error("photos.missing", media=media.id, error=error)
    missing = await turn.uow.evidence.missing(media.id, error)
    await _refresh(turn, missing)
    await _tell_desk(turn, missing)


async def _show_late(turn: Turn, media: Media) -> None:
    """A picture sent as a document could not be shown before its clean copy was made: now those who have the card get it."""
    if media.issue is None or media.kind is MediaKind.PHOTO or media.clean_sha256 is None:
        return
    issue = await turn.uow.issues.get(media.issue)
    for chat in await turn.uow.cards.chats_with(issue_card(issue.id)):
        if chat != media.chat:
            await cards.send_evidence(turn, chat, issue, [media])


async def _refresh(turn: Turn, media: Media) -> None:
    """What shows the file says what became of it."""
    if media.issue is not None:
        await cards.refresh(turn, media.issue)
    elif media.draft is not None:
        draft = await turn.uow.drafts.get(media.draft)
        if draft.state is DraftState.OPEN:
            await drafts.show(turn, draft)


async def _tell_desk(turn: Turn, media: Media) -> None:
    """Evidence that was announced will never come: the issue's clerks can ask for it again."""
    if media.issue is None:
        return
    standing = await turn.uow.issues.standing(media.issue)
    number = (await turn.uow.issues.get(media.issue)).number
    for clerk in await staff.clerks(turn, standing):
        if (chat := staff.chat_of(clerk)) is not None:
            key = f"missing:{media.id}:{clerk.id}"
            await turn.tell(Message(chat, "trouble/photo_missing", {"number": number}, key=key))


class Openable(Protocol):
    """Where bytes lie."""

    def open(self, sha256: str) -> BinaryIO: ...


async def read(folder: Openable, sha256: str) -> bytes:
    """The bytes kept under a SHA-256. FileNotFoundError if they aren't."""

    def whole() -> bytes:
        with folder.open(sha256) as file:
            return file.read()

    return await asyncio.to_thread(whole)
