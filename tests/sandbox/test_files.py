"""Files: renditions, ids, downloads, sizes; and the photos drawn for tests."""

import io
from datetime import datetime

import aiohttp
import pytest
import telegram
from aiogram import Bot
from PIL import Image

from bot.sandbox.client import People, Phone
from bot.sandbox.pictures import site_photo
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import RawBot


async def test_a_photo_is_kept_in_sizes_without_exif(li: Phone, hearing: Bot) -> None:
    """Smallest first, upright, never bigger than sent; downloadable by its path."""
    taken = datetime(2026, 11, 2, 9, 30)  # noqa: DTZ001 - EXIF knows no zone
    original = site_photo(5, 900, 600, place=(24.48, 118.08), taken=taken, orientation=6)
    assert Image.open(io.BytesIO(original)).getexif().get_ifd(0x8825)
    await li.sends_photo(original)
    sizes = (await hearing.get_updates(offset=-1))[0].message.photo  # type: ignore[union-attr]
    assert [(s.width, s.height) for s in sizes] == [(67, 100), (213, 320), (533, 800), (600, 900)]
    assert len({s.file_unique_id for s in sizes}) == 4
    file = await hearing.get_file(sizes[-1].file_id)
    data = (await hearing.download_file(str(file.file_path))).read()  # type: ignore[union-attr]
    picture = Image.open(io.BytesIO(data))
    assert (picture.size, len(data), len(picture.getexif())) == ((600, 900), file.file_size, 0)


async def test_a_document_is_kept_as_sent(li: Phone, speaking: telegram.Bot) -> None:
    """Every byte of it, EXIF too."""
    original = site_photo(6, place=(24.48, 118.08))
    await li.sends_document(original, "IMG_1.jpg", "image/jpeg")
    document = (await speaking.get_updates())[-1].message.document
    file = await document.get_file()
    assert bytes(await file.download_as_bytearray()) == original


async def test_what_cannot_be_fetched(li: Phone, raw: RawBot, sandbox: Sandbox, world: People) -> None:
    """Above 20 MB, an unknown id, a path never given out, a wrong token; and trouble on the way."""
    big = await li.sends_document(b"x", "a.zip", size=20 * 1024 * 1024 + 1)
    just = await li.sends_document(b"x", "a.zip", size=20 * 1024 * 1024)
    document = big.message["document"]
    assert await raw.refused("getFile", file_id=document["file_id"]) == "400 Bad Request: file is too big"
    path = (await raw.ok("getFile", file_id=just.message["document"]["file_id"]))["file_path"]
    assert "wrong file_id or the file is temporarily unavailable" in await raw.refused("getFile", file_id="nonsense")
    async with aiohttp.ClientSession() as session:
        for url, status in (
            (f"{sandbox.url}/file/bot{sandbox.token}/{path}", 200),
            (f"{sandbox.url}/file/bot{sandbox.token}/documents/file_99.bin", 404),
            (f"{sandbox.url}/file/bot1:wrong/{path}", 404),
        ):
            async with session.get(url) as answer:
                assert answer.status == status
        await world.breaks("error", "download")
        async with session.get(f"{sandbox.url}/file/bot{sandbox.token}/{path}") as answer:
            assert answer.status == 502


@pytest.mark.parametrize("ending", ["JPEG", "PNG"])
def test_drawn_photos_are_the_same_each_time(ending: str) -> None:
    """By their seed, and different by another."""
    first = site_photo(1, 200, 150, ending=ending)
    site_photo.cache_clear()
    assert site_photo(1, 200, 150, ending=ending) == first
    assert site_photo(2, 200, 150, ending=ending) != first


def test_a_label_and_the_place() -> None:
    """The place is in EXIF's degrees, minutes, seconds."""
    photo = site_photo(3, 200, 150, "LIFT", place=(-24.5, 118.25))
    block = Image.open(io.BytesIO(photo)).getexif().get_ifd(0x8825)
    assert (block[1], tuple(block[2]), block[3], tuple(block[4])) == ("S", (24, 30, 0), "E", (118, 15, 0))
