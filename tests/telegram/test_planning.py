"""Which calls say a message: albums, documents, texts with their buttons."""

from dataclasses import replace

from bot.domain.draft import MediaKind, MediaState
from bot.domain.ids import ChatId, MediaId, MessageId
from bot.services.turns import Turns
from bot.telegram.calls import Attachment, Content, SendFiles, SendRich, SendText
from bot.telegram.planning import attachment_of, facts_of_part, plan, rendered_part
from bot.telegram.rendered import Album, File, Keys, Rich, Text
from tests.builders import a_person, a_photo
from tests.fakes import NOW, FakeStore

KEYS: Keys = [[{"text": "Go", "callback_data": "x"}]]


async def planned(turns: Turns, store: FakeStore, kinds: list[MediaKind], keyboard: Keys) -> list[Content]:
    async with store.begin() as uow:
        author = (await uow.people.add(a_person())).id
        ids = [
            (await uow.evidence.add(a_photo(f"{n}", kind=kind), author, ChatId(1), MessageId(n), NOW)).id
            for n, kind in enumerate(kinds)
        ]
    async with turns.read() as turn:
        return await plan(turn, Album(tuple(ids), "words", keyboard))


async def test_albums_are_grouped_as_telegram_allows(turns: Turns, store: FakeStore) -> None:
    """Photos and videos together, at most ten; voice notes alone; the words stand on the first."""
    kinds = [*[MediaKind.PHOTO] * 11, MediaKind.VIDEO, MediaKind.VOICE, MediaKind.VOICE]
    contents = await planned(turns, store, kinds, [])
    assert [len(one.attachments) for one in contents if isinstance(one, SendFiles)] == [10, 2, 1, 1]
    assert [one.caption for one in contents if isinstance(one, SendFiles)] == ["words", "", "", ""]


async def test_buttons_stand_under_a_single_file_or_below_an_album(turns: Turns, store: FakeStore) -> None:
    """An album cannot carry a keyboard."""
    album, words = await planned(turns, store, [MediaKind.PHOTO] * 2, KEYS)
    assert isinstance(album, SendFiles)
    assert album.caption == ""
    assert words == SendText("words", KEYS)
    async with turns.read() as turn:
        (single,) = await plan(turn, Album((MediaId(1),), "words", KEYS))
    assert isinstance(single, SendFiles)
    assert (single.caption, single.keyboard) == ("words", KEYS)


async def test_pictures_sent_as_documents_wait_for_their_clean_copy(store: FakeStore) -> None:
    """Their EXIF may say where and by whom: others get our copy or nothing."""
    async with store.begin() as uow:
        incoming = a_photo("d", kind=MediaKind.DOCUMENT, mime="image/jpeg")
        author = (await uow.people.add(a_person())).id
        media = await uow.evidence.add(incoming, author, ChatId(1), MessageId(1), NOW)
    assert attachment_of(media) is None
    stored = replace(media, state=MediaState.STORED, sha256="aa", clean_sha256="bb")
    assert attachment_of(stored) == Attachment(MediaKind.DOCUMENT, sha256="bb", name=f"{media.id}.jpg", media=media.id)


async def test_texts_rich_messages_and_files(turns: Turns) -> None:
    """The keyboard belongs under the last part; a rich message over the limit is said in plain words."""
    classic = Text(("one", "two"), KEYS)
    async with turns.read() as turn:
        assert await plan(turn, classic) == [SendText("one", []), SendText("two", KEYS)]
        (rich,) = await plan(turn, Rich("<p>x</p>", KEYS, classic))
        assert rich == SendRich("<p>x</p>", KEYS, (SendText("one", []), SendText("two", KEYS)))
        assert len(await plan(turn, Rich("x" * 40_000, KEYS, classic))) == 2
        attachment = Attachment(MediaKind.DOCUMENT, sha256="ab", name="l.xlsx")
        assert await plan(turn, File("ab", "l.xlsx", "c", [])) == [SendFiles((attachment,), "c", [])]


def test_parts_survive_the_outbox() -> None:
    """What is queued as facts is read back as it was."""
    files = SendFiles((Attachment(MediaKind.PHOTO, file_id="f", media=MediaId(3)),), "c", [])
    assert rendered_part(facts_of_part(SendText("<b>x</b>", KEYS))) == Text(("<b>x</b>",), KEYS)
    assert rendered_part(facts_of_part(files)) == Album((MediaId(3),), "c", [])
