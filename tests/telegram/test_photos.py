"""Fetching what people sent: checked, kept with a clean copy, or said to be missing."""

import asyncio
import hashlib
import io
import threading
from contextlib import AbstractAsyncContextManager
from typing import Any, BinaryIO

import pytest
from PIL import Image

from bot.domain.draft import IncomingMedia, Media, MediaKind, MediaState
from bot.domain.ids import ChatId, MessageId
from bot.domain.messages import issue_card
from bot.services.turn import Turn
from bot.services.turns import Turns
from bot.telegram import photos as photos_module
from bot.telegram.calls import Ambiguous, CallFailed, Rejected
from bot.telegram.photos import ATTEMPTS, Photos, read
from bot.telegram.pictures import NotAPicture, examine
from tests.builders import City, a_city, filed
from tests.fakes import FakeClock, FakeStore


class Folder:
    """A media folder in memory. `refusals`: so many writes fail first."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.refusals = 0

    def put(self, source: bytes) -> str:
        if self.refusals:
            self.refusals -= 1
            raise OSError(28, "No space left on device")
        sha256 = hashlib.sha256(source).hexdigest()
        self.kept[sha256] = source
        return sha256

    def remove(self, sha256: str) -> None:
        self.kept.pop(sha256, None)

    def open(self, sha256: str) -> BinaryIO:
        if sha256 not in self.kept:
            raise FileNotFoundError(sha256)
        return io.BytesIO(self.kept[sha256])


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), *, turned: bool = False) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "a camera with a serial number"
    if turned:
        exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, exif=exif)
    return out.getvalue()


class Bench:
    """A worker, and what Telegram would give for a file_id: bytes or an exception."""

    def __init__(self, turns: Turns, store: FakeStore, clock: FakeClock) -> None:
        self.turns, self.store, self.clock = turns, store, clock
        self.folder = Folder()
        self.files: dict[str, bytes | Exception] = {}
        self.photos = Photos(turns, self.folder, self.download)

    async def download(self, file_id: str) -> bytes:
        found = self.files[file_id]
        if isinstance(found, Exception):
            raise found
        return found

    async def arrives(self, content: bytes | Exception, kind: MediaKind = MediaKind.PHOTO, **more: Any) -> Media:
        """A file with this content, belonging to a filed issue whose card the clerk and the reporter have."""
        number = f"file-{len(self.files)}"
        self.files[number] = content
        async with self.store.begin() as uow:
            city: City = await a_city(uow)
            issue = await filed(uow)
            for chat in (1001, 4001):
                await uow.cards.put(ChatId(chat), issue_card(issue.id), MessageId(1))
            incoming = IncomingMedia(kind, number, f"unique-{number}", **more)
            author, chat = city.reporter.id, ChatId(4001)
            return await uow.evidence.add(incoming, author, chat, MessageId(5), self.clock.now(), issue=issue.id)

    async def arrives_again(self, like: Media, content: bytes) -> Media:
        """Another file of the same author and issue."""
        number = f"file-{len(self.files)}"
        self.files[number] = content
        async with self.store.begin() as uow:
            incoming = IncomingMedia(like.kind, number, f"unique-{number}")
            return await uow.evidence.add(
                incoming, like.author, like.chat, MessageId(8), self.clock.now(), issue=like.issue
            )

    async def after(self, media: Media) -> Media:
        async with self.store.read() as uow:
            return (await uow.evidence.many([media.id]))[0]


@pytest.fixture
def bench(turns: Turns, store: FakeStore, clock: FakeClock) -> Bench:
    return Bench(turns, store, clock)


async def test_a_photo_is_kept_twice(bench: Bench) -> None:
    """As it came, and clean; no message is wasted on a success nobody waits for."""
    media = await bench.arrives(a_picture())
    assert await bench.photos.step() == 1
    after = await bench.after(media)
    assert after.state is MediaState.STORED
    assert after.mime == "image/jpeg"
    assert await read(bench.folder, after.sha256 or "") == a_picture()
    assert b"serial number" not in bench.folder.kept[after.clean_sha256 or ""]
    assert bench.store.outbox_messages() == []


async def test_the_next_ones_are_claimed_with_the_commit_of_those_before(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While there are more than fit into one go: nine files, two goes, three commits."""
    first = await bench.arrives(a_picture())
    files = [first, *[await bench.arrives_again(first, a_picture(size=(40, n))) for n in range(1, 9)]]
    commits: list[None] = []
    begin = bench.turns.begin

    def counted() -> AbstractAsyncContextManager[Turn]:
        commits.append(None)
        return begin()

    monkeypatch.setattr(bench.turns, "begin", counted)
    assert [await bench.photos.step() for _ in range(2)] == [8, 1]
    assert len(commits) == 3
    assert {(await bench.after(media)).state for media in files} == {MediaState.STORED}


async def test_nothing_more_is_claimed_when_asked_to_end(bench: Bench) -> None:
    """What is in hand is finished; the ninth waits for the next start, as if it had never been looked at."""
    first = await bench.arrives(a_picture())
    files = [first, *[await bench.arrives_again(first, a_picture(size=(40, n))) for n in range(1, 9)]]
    answered = bench.photos._download

    async def ending(file_id: str) -> bytes:
        bench.photos.stop()
        return await answered(file_id)

    bench.photos._download = ending
    await bench.photos.run()
    after = [await bench.after(media) for media in files]
    assert [media.state for media in after] == [MediaState.STORED] * 8 + [MediaState.PENDING]
    assert after[-1].attempts == 0


async def test_one_that_was_erased_meanwhile_keeps_no_other_from_being_noted(bench: Bench) -> None:
    """Both were fetched together; the row of the first is gone before it is written down."""
    gone = await bench.arrives(a_picture())
    async with bench.store.begin() as uow:
        another = IncomingMedia(MediaKind.PHOTO, gone.file_id, "another")
        kept = await uow.evidence.add(
            another, gone.author, gone.chat, MessageId(6), bench.clock.now(), issue=gone.issue
        )
    answered = bench.photos._download

    async def erasing(file_id: str) -> bytes:
        async with bench.store.begin() as uow:
            uow.tables.media.pop(gone.id, None)
        return await answered(file_id)

    bench.photos._download = erasing
    assert await bench.photos.step() == 2
    assert (await bench.after(kept)).state is MediaState.STORED


async def test_what_was_erased_while_it_was_fetched_stays_erased(bench: Bench) -> None:
    """The row stays as the erasure left it, and the bytes that came are removed; somebody else's same picture stays."""
    first = await bench.arrives(a_picture())
    bench.files["shared"] = a_picture("PNG")

    async def another(message: int) -> Media:
        async with bench.store.begin() as uow:
            same = IncomingMedia(MediaKind.PHOTO, "shared", "shared")
            return await uow.evidence.add(same, first.author, first.chat, MessageId(message), bench.clock.now())

    other = await another(6)
    assert await bench.photos.step() == 2
    own, shared = await bench.arrives_again(first, a_picture(size=(50, 50))), await another(7)
    answered = bench.photos._download

    async def erasing(file_id: str) -> bytes:
        async with bench.store.begin() as uow:
            for media in (own, shared):
                if uow.tables.media[media.id].state is MediaState.PENDING:
                    await uow.evidence.missing(media.id, "erased")
        return await answered(file_id)

    bench.photos._download = erasing
    assert await bench.photos.step() == 2
    after = [await bench.after(media) for media in (own, shared)]
    assert [(media.state, media.sha256) for media in after] == [(MediaState.MISSING, None)] * 2
    kept = [await bench.after(media) for media in (first, other)]
    assert set(bench.folder.kept) == {sha256 for media in kept for sha256 in (media.sha256, media.clean_sha256)}


async def test_one_that_can_not_be_noted_keeps_no_other_from_being(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were fetched together; what follows from the first fails."""
    first = await bench.arrives(a_picture())
    second = await bench.arrives_again(first, a_picture(size=(50, 50)))
    whole = photos_module._show_late

    async def failing(turn: Turn, media: Media) -> None:
        if media.id == first.id:
            raise RuntimeError("nobody can be shown this")
        await whole(turn, media)

    monkeypatch.setattr(photos_module, "_show_late", failing)
    assert await bench.photos.step() == 2
    assert [(await bench.after(media)).state for media in (first, second)] == [MediaState.PENDING, MediaState.STORED]


async def test_one_that_breaks_the_look_at_it_keeps_no_other_from_being_kept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried as often as any other, then given up."""
    first = await bench.arrives(a_picture())
    second = await bench.arrives_again(first, a_picture(size=(50, 50)))

    def failing(content: bytes, pixels: int, *, redrawn: bool) -> Any:
        if content == bench.files[first.file_id]:
            raise MemoryError
        return examine(content, pixels, redrawn=redrawn)

    monkeypatch.setattr(photos_module, "examine", failing)
    assert await bench.photos.step() == 2
    assert [(await bench.after(media)).state for media in (first, second)] == [MediaState.PENDING, MediaState.STORED]
    for _ in range(ATTEMPTS):
        bench.clock.advance(hours=5)
        await bench.photos.step()
    assert (await bench.after(first)).state is MediaState.MISSING


async def test_a_picture_sent_as_a_document_is_shown_when_its_copy_is_ready(bench: Bench) -> None:
    """Those who have the card get it; the sender, who has it already, does not."""
    media = await bench.arrives(a_picture("PNG"), MediaKind.DOCUMENT, mime="image/png")
    await bench.photos.step()
    assert [message.facts["media"] for message in bench.store.told(1001)] == [[media.id]]
    assert bench.store.told(4001) == []


async def test_other_files_are_kept_as_they_are(bench: Bench) -> None:
    """No copy of what is no picture."""
    media = await bench.arrives(b"%PDF", MediaKind.DOCUMENT, mime="application/pdf")
    await bench.photos.step()
    after = await bench.after(media)
    assert (after.state, after.mime, after.clean_sha256) == (MediaState.STORED, "application/pdf", None)


async def test_a_failed_download_is_tried_again_later(bench: Bench) -> None:
    """Until the attempts are used up; then it is missing, the cards say so, and the desk is told once."""
    media = await bench.arrives(CallFailed(Ambiguous("500")))
    for _ in range(ATTEMPTS):
        assert (await bench.after(media)).state is MediaState.PENDING
        assert await bench.photos.step() == 1
        assert await bench.photos.step() == 0
        bench.clock.advance(hours=20)
    assert (await bench.after(media)).state is MediaState.MISSING
    assert "issue/card" in bench.store.kinds_told(4001)
    assert "trouble/photo_missing" in bench.store.kinds_told(1001)


async def test_a_delay_is_said_on_the_cards_and_its_end_too(bench: Bench) -> None:
    """Not for a first failure, which a minute mends; from the second on, until the file is there."""
    media = await bench.arrives(CallFailed(Ambiguous("500")))
    await bench.photos.step()
    assert bench.store.told(4001) == []
    bench.clock.advance(hours=1)
    await bench.photos.step()
    assert bench.store.kinds_told(4001) == ["issue/card"]
    assert (await bench.after(media)).is_delayed
    bench.files[media.file_id] = a_picture()
    bench.clock.advance(hours=1)
    bench.store.forget_messages()
    await bench.photos.step()
    assert bench.store.kinds_told(4001) == ["issue/card"]
    assert not (await bench.after(media)).is_delayed


@pytest.mark.parametrize("content", [CallFailed(Rejected("file is too big")), b"no picture"], ids=["refused", "broken"])
async def test_what_can_never_be_had_is_missing_at_once(bench: Bench, content: bytes | Exception) -> None:
    """Telegram refuses it for good, or it is not what it says."""
    media = await bench.arrives(content)
    await bench.photos.step()
    assert (await bench.after(media)).state is MediaState.MISSING


def test_pictures_are_turned_upright() -> None:
    """EXIF's rotation is applied before EXIF is dropped."""
    with Image.open(io.BytesIO(examine(a_picture(turned=True), 10_000).clean)) as clean:
        assert clean.size == (30, 40)
        assert not clean.getexif()


def a_bare_jpeg(**marks: Any) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((400, 300), 30).convert("RGB").save(out, "JPEG", **marks)
    return out.getvalue()


def test_what_telegram_drew_anew_needs_no_copy() -> None:
    """A photo that bears no marks is shown as it came; a file somebody sent as a document never is."""
    photo = a_bare_jpeg()
    assert examine(photo, 200_000, redrawn=True).clean == photo
    assert examine(photo, 200_000).clean != photo


@pytest.mark.parametrize("marks", [{"comment": "a name"}, {"xmp": b"<x:place/>"}, {"icc_profile": b"a serial number"}])
def test_marks_of_any_kind_stay_behind(marks: dict[str, Any]) -> None:
    """Not only EXIF, and however the picture came."""
    marked, mark = a_bare_jpeg(**marks), next(iter(marks.values()))
    mark = mark.encode() if isinstance(mark, str) else mark
    assert mark in marked
    assert all(mark not in examine(marked, 200_000, redrawn=redrawn).clean for redrawn in (True, False))


def test_a_photo_cut_short_is_refused_without_a_copy_too() -> None:
    """All of it is read, if only at a small size."""
    with pytest.raises(NotAPicture):
        examine(a_bare_jpeg()[:5000], 200_000, redrawn=True)


@pytest.mark.parametrize("content", [b"", b"<svg/>", a_picture()[:200], a_picture(size=(400, 400))])
def test_hostile_pictures_are_refused(content: bytes) -> None:
    """Nothing, another format, a truncated one, one with more pixels than allowed."""
    with pytest.raises(NotAPicture):
        examine(content, 10_000)


async def test_a_full_disk_costs_no_attempt(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it stays full, the photo stays in hand and is written once there is room; nobody is told it is missing."""
    monkeypatch.setattr(photos_module, "NO_ROOM_SECONDS", 0.001)
    media = await bench.arrives(a_picture())
    bench.folder.refusals = 10 * ATTEMPTS
    await bench.photos.step()
    after = await bench.after(media)
    assert after.state is MediaState.STORED
    assert after.attempts == 1


async def test_ending_on_a_full_disk(bench: Bench) -> None:
    """The worker ends when asked to, even after the last attempt; the photo stays for the next start."""
    media = await bench.arrives(a_picture())
    async with bench.store.begin() as uow:
        for _ in range(ATTEMPTS):
            bench.clock.advance(days=1)
            await uow.evidence.claim(bench.clock.now(), 10)
    bench.clock.advance(days=1)
    bench.folder.refusals = 1000
    running = asyncio.create_task(bench.photos.run())
    await asyncio.sleep(0.05)
    bench.photos.stop()
    await asyncio.wait_for(running, 2)
    assert (await bench.after(media)).state is MediaState.PENDING


async def test_ending_while_telegram_hangs(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was claimed with the last commit is not even begun with; all of it is the next one's."""
    monkeypatch.setattr(photos_module, "ENDING_SECONDS", 0.1)
    monkeypatch.setattr(photos_module, "AT_ONCE", 1)
    begun = asyncio.Event()

    async def hanging(file_id: str) -> bytes:
        if file_id == "file-0":
            return a_picture()
        begun.set()
        return await asyncio.Future()

    bench.photos._download = hanging
    first = await bench.arrives(a_picture())
    others = [await bench.arrives_again(first, a_picture()) for _ in range(2)]
    running = asyncio.create_task(bench.photos.run())
    await asyncio.wait_for(begun.wait(), 2)
    bench.photos.stop()
    await asyncio.wait_for(running, 2)
    assert [(await bench.after(media)).state for media in others] == [MediaState.PENDING] * 2
    assert (await bench.after(first)).state is MediaState.STORED


async def test_ending_while_the_store_hangs(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that never answers doesn't hold the end; the photo is the next one's."""
    monkeypatch.setattr(photos_module, "ENDING_SECONDS", 0.1)
    hanging = threading.Event()
    monkeypatch.setattr(bench.folder, "put", lambda _: hanging.wait())
    media = await bench.arrives(a_picture())
    running = asyncio.create_task(bench.photos.run())
    await asyncio.sleep(0.05)
    bench.photos.stop()
    await asyncio.wait_for(running, 2)
    hanging.set()
    assert (await bench.after(media)).state is MediaState.PENDING
