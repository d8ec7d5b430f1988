"""Media that a model gave: decoded apart, saved, handed to other programs, and taken back."""

import asyncio
import base64
from pathlib import Path

from desktop_app.chat.media import MediaRef
from desktop_app.images.pixels import Pixels
from desktop_app.interactions.content import AttachmentContent, AudioContent, ImageContent
from tests.documents import wav
from tests.pictures import encoded, picture
from tests.world import World, until, world

NOWHERE = "http://127.0.0.1:1"


def image(data: bytes) -> ImageContent:
    return ImageContent(data=base64.b64encode(data).decode("ascii"), mime_type="image/png")


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def shown(w: World, ref: MediaRef, longest: int) -> Pixels | str:
    found: asyncio.Future[Pixels | str] = asyncio.get_running_loop().create_future()

    def take(key: str, _longest: int, made: Pixels | str) -> None:
        if key == ref.key and not found.done():
            found.set_result(made)

    w.attachments.media.pixels_ready.connect(take)
    w.attachments.media.show(ref, longest)
    try:
        return await asyncio.wait_for(found, 30)
    finally:
        w.attachments.media.pixels_ready.disconnect(take)


async def test_a_picture_is_decoded_once_and_kept_for_the_next_look(tmp_path: Path) -> None:
    async with world(tmp_path, NOWHERE) as w:
        ref = MediaRef("turn/0/0", image(encoded(picture(80, 60))))
        first = await shown(w, ref, 40)
        assert isinstance(first, Pixels)
        assert (first.width, first.across, first.down) == (80, 40, 30)
        assert await shown(w, ref, 40) is first


async def test_a_picture_of_the_input_comes_from_its_file(tmp_path: Path) -> None:
    async with world(tmp_path, NOWHERE) as w:
        data = encoded(picture(80, 60))
        stored = w.files.add_bytes(data, 10**6)
        content = AttachmentContent("image", stored.sha256, "a.png", "image/png", stored.size)
        made = await shown(w, MediaRef(stored.sha256, content), 4096)
        assert isinstance(made, Pixels)
        assert (made.across, made.down) == (80, 60)


async def test_a_broken_picture_says_why(tmp_path: Path) -> None:
    async with world(tmp_path, NOWHERE) as w:
        assert isinstance(await shown(w, MediaRef("a", image(b"no picture")), 40), str)
        assert isinstance(await shown(w, MediaRef("b", ImageContent(data="x")), 40), str)


async def test_what_is_kept_of_decoded_pictures_is_bounded(tmp_path: Path) -> None:
    async with world(tmp_path, NOWHERE) as w:
        data = encoded(picture(1200, 1000))
        for number in range(6):
            await shown(w, MediaRef(f"t/{number}", image(data)), 2000)
        kept = w.attachments.media._kept
        assert 0 < sum(len(one.data) for one in kept.values()) <= 16_000_000


async def test_a_sound_is_handed_out_under_its_name_and_taken_back(tmp_path: Path) -> None:
    async with world(tmp_path, NOWHERE) as w:
        data = wav(0.2)
        sound = AudioContent(data=base64.b64encode(data).decode("ascii"), mime_type="audio/wav")
        media = w.attachments.media
        found: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        media.file_ready.connect(found.set_result)
        media.open(MediaRef("a", sound, 2))
        path = Path(await asyncio.wait_for(found, 30))
        assert path.name == "Sound 2.wav"
        assert tmp_path in path.parents
        assert files_in(tmp_path / "opened") == {"Sound 2.wav": data}
        media.close()
        assert files_in(tmp_path / "opened") == {}


async def test_saving_says_so_and_failing_to_save_too(tmp_path: Path) -> None:
    async with world(tmp_path, NOWHERE) as w:
        media = w.attachments.media
        ref = MediaRef("a", image(b"the bytes"))
        for path in (tmp_path / "mine.png", tmp_path / "no" / "folder.png"):
            count = len(w.notices)
            media.save(ref, str(path))
            await until(lambda count=count: len(w.notices) > count, w.board.posted)
        said = [notice.text for notice in w.notices]
        assert said[0] == "Saved as mine.png."
        assert said[1].startswith("The file could not be written")
        found = {name: data for name, data in files_in(tmp_path).items() if "png" in name}
        assert found == {"mine.png": b"the bytes"}
