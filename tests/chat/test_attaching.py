"""What can be attached is copied and measured; what cannot is refused with the reason."""

import errno
import os
from pathlib import Path

import pytest

from desktop_app.chat.attaching import MAX_FILE_BYTES, MAX_FILES, Copying
from desktop_app.chat.uploading import MAX_REQUEST_BYTES
from desktop_app.gemini.client import MAX_INLINE_BYTES
from desktop_app.gemini.files import MOST_BYTES
from desktop_app.interactions.content import AttachmentContent
from tests.chat.test_session import completed, streams
from tests.documents import mp4, pdf, wav
from tests.images.test_images import huge_png
from tests.pictures import encoded, picture
from tests.scriptserver import script_server
from tests.world import World, until, world

NOWHERE = "http://127.0.0.1:1"


async def attach_paths(w: World, *paths: Path, used: int = 0) -> tuple[AttachmentContent, ...]:
    session = await w.open()
    w.attachments.attach_files(session.key, list(paths), used)
    await until(lambda: not w.attachments.working(session.key), w.attachments.working_changed)
    await w.database.read(lambda db: None)
    return session.draft.attachments


async def test_a_picture_is_copied_measured_and_shown(tmp_path: Path) -> None:
    file = tmp_path / "photo.png"
    file.write_bytes(encoded(picture(640, 480)))
    async with world(tmp_path / "p", NOWHERE) as w:
        (attachment,) = await attach_paths(w, file)
        assert (attachment.name, attachment.mime_type) == ("photo.png", "image/png")
        assert (attachment.width, attachment.height) == (640, 480)
        assert w.files.path(attachment.sha256).read_bytes() == file.read_bytes()
        assert w.attachments.thumbnail(attachment)
        assert w.refusals == []


async def test_the_kind_is_told_by_the_bytes_not_by_the_name(tmp_path: Path) -> None:
    file = tmp_path / "really-a-jpeg.png"
    file.write_bytes(encoded(picture(), "JPEG"))
    async with world(tmp_path / "p", NOWHERE) as w:
        (attachment,) = await attach_paths(w, file)
        assert attachment.mime_type == "image/jpeg"


async def test_a_kind_without_a_preview_is_attached_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "photo.heic"
    file.write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"x" * 100)
    huge = tmp_path / "huge.png"
    huge.write_bytes(huge_png(30_000, 30_000))
    async with world(tmp_path / "p", NOWHERE) as w:
        first, second = await attach_paths(w, file, huge)
        assert first.mime_type == "image/heic"
        assert first.width is None
        assert second.width is None
        assert w.attachments.thumbnail(first) is None


def odd_files(folder: Path) -> dict[Path, str]:
    """Files that cannot be attached, and a word of the reason for each."""
    folder.mkdir()
    (folder / "a-folder").mkdir()
    os.mkfifo(folder / "fifo.png")
    (folder / "empty.png").touch()
    (folder / "program.png").write_bytes(b"\x7fELF" + bytes(100))
    (folder / "stuff.docx").write_bytes(b"PK\x03\x04" + b"x" * 100)
    (folder / "huge.txt").write_bytes(b"word " * 3_300_000)
    (folder / "letter.rtf").write_bytes(b"{\\rtf1 hello}")
    (folder / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "cut.png").write_bytes(encoded(picture(200, 200))[:100])
    return {
        folder / "a-folder": "folder",
        folder / "fifo.png": "no plain file",
        folder / "empty.png": "empty",
        folder / "program.png": "a program",
        folder / "stuff.docx": "an archive",
        folder / "huge.txt": "16.5 MB",
        folder / "letter.rtf": "RTF",
        folder / "drawing.svg": "SVG",
        folder / "cut.png": "damaged",
        folder / "missing.png": "not there",
        Path("/dev/zero"): "no plain file",
    }


async def test_what_cannot_be_attached_is_refused_with_the_reason(tmp_path: Path) -> None:
    odd = odd_files(tmp_path / "odd")
    async with world(tmp_path / "p", NOWHERE) as w:
        assert await attach_paths(w, *odd) == ()
        assert len(w.refusals) == len(odd)
        for refusal, (path, word) in zip(w.refusals, odd.items(), strict=True):
            assert refusal.name == path.name
            assert word in refusal.reason


async def test_one_refusal_does_not_hold_the_others(tmp_path: Path) -> None:
    good = tmp_path / "good.png"
    good.write_bytes(encoded(picture()))
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"PK\x03\x04")
    async with world(tmp_path / "p", NOWHERE) as w:
        attachments = await attach_paths(w, bad, good)
        assert [one.name for one in attachments] == ["good.png"]
        assert "what works" not in w.refusals[0].reason
        assert "can be attached" in w.refusals[0].reason


async def test_more_than_2_gb_is_refused_before_it_is_copied(tmp_path: Path) -> None:
    assert (MAX_REQUEST_BYTES, MAX_FILE_BYTES) == (MAX_INLINE_BYTES, MOST_BYTES)
    large = tmp_path / "large.mp4"
    with large.open("wb") as sparse:
        sparse.write(mp4(1))
        sparse.truncate(MAX_FILE_BYTES + 1)
    async with world(tmp_path / "p", NOWHERE) as w:
        assert await attach_paths(w, large) == ()
        assert "2 GB" in w.refusals[0].reason
        assert not (tmp_path / "p" / "attachments").exists()


async def test_more_files_than_a_message_takes_are_refused(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.txt" for number in range(3)]
    for number, file in enumerate(files):
        file.write_text(f"text {number}")
    async with world(tmp_path / "p", NOWHERE) as w:
        assert len(await attach_paths(w, *files, used=MAX_FILES - 2)) == 2
        assert [one.name for one in w.refusals] == ["2.txt"]
        assert "3,600" in w.refusals[0].reason


async def test_documents_sounds_films_and_texts_are_attached_as_what_they_are(
    tmp_path: Path,
) -> None:
    made = {
        "paper.pdf": (pdf("hello"), "document", "application/pdf"),
        "table.csv": (b"a,b\n1,2\n", "document", "text/csv"),
        "sound.wav": (wav(0.1), "audio", "audio/wav"),
        "film.mp4": (mp4(3), "video", "video/mp4"),
        "code.py": (b"print('hello')\n", "text", "text/plain"),
    }
    for name, (data, _, _) in made.items():
        (tmp_path / name).write_bytes(data)
    async with world(tmp_path / "p", NOWHERE) as w:
        attachments = await attach_paths(w, *(tmp_path / name for name in made))
        assert w.refusals == []
        for one, (name, (data, kind, mime_type)) in zip(attachments, made.items(), strict=True):
            assert (one.name, one.kind, one.mime_type) == (name, kind, mime_type)
            assert one.size == len(data)
            assert one.width is None
            assert w.attachments.thumbnail(one) is None


async def test_a_picture_too_large_for_one_request_is_attached(tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    with large.open("wb") as sparse:
        sparse.write(encoded(picture()))
        sparse.truncate(MAX_REQUEST_BYTES + 1)
    async with world(tmp_path / "p", NOWHERE) as w:
        (attachment,) = await attach_paths(w, large)
        assert attachment.size == MAX_REQUEST_BYTES + 1


async def test_a_full_disk_is_said_and_nothing_is_left_of_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "photo.png"
    file.write_bytes(encoded(picture()))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async with world(tmp_path / "p", NOWHERE) as w:
        session = await w.open()
        session.write_draft("what I wrote")
        monkeypatch.setattr("desktop_app.store.attachments.os.fsync", full)
        assert await attach_paths(w, file) == ()
        monkeypatch.undo()
        assert w.refusals[0].reason == "the disk is full"
        assert "The disk is full" in w.notices[0].text
        assert session.draft.text == "what I wrote"
        assert not list((tmp_path / "p" / "attachments").rglob("new-*"))


async def test_a_long_copy_says_how_far_it_is_and_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.chat.attaching._COPY_SHOWN_AFTER", 0.0)
    monkeypatch.setattr("desktop_app.chat.attaching._COPY_SHOWN_EVERY", 0.0)
    film = tmp_path / "film.mp4"
    with film.open("wb") as sparse:
        sparse.write(mp4(1))
        sparse.truncate(400_000_000)
    async with world(tmp_path / "p", NOWHERE) as w:
        seen: list[Copying | None] = []

        def note(_key: str, copying: Copying | None) -> None:
            seen.append(copying)
            if copying is not None and len(seen) == 3:
                w.attachments.stop_copy(copying.number)

        w.attachments.copying_changed.connect(note)
        assert await attach_paths(w, film) == ()
        assert seen[-1] is None
        first = seen[0]
        assert first is not None
        assert (first.name, first.total) == ("film.mp4", 400_000_000)
        assert 0 < first.done < first.total
        assert w.refusals == []
        assert not list((tmp_path / "p" / "attachments").rglob("new-*"))


async def test_bytes_from_the_clipboard_are_attached(tmp_path: Path) -> None:
    async with world(tmp_path, NOWHERE) as w:
        session = await w.open()
        w.attachments.attach_bytes(session.key, "Pasted picture.png", encoded(picture()), 0)
        await until(lambda: bool(session.draft.attachments), session.attachments_changed)
        assert session.draft.attachments[0].name == "Pasted picture.png"
        w.attachments.attach_bytes(session.key, "x", b"\x7fELF\x02\x01\x01\0", 0)
        await until(lambda: bool(w.refusals), w.attachments.refused)


async def test_the_same_picture_twice_is_one(tmp_path: Path) -> None:
    file = tmp_path / "photo.png"
    file.write_bytes(encoded(picture()))
    async with world(tmp_path / "p", NOWHERE) as w:
        assert len(await attach_paths(w, file, file)) == 1


async def test_a_copy_that_was_begun_elsewhere_lands_there(tmp_path: Path) -> None:
    file = tmp_path / "photo.png"
    file.write_bytes(encoded(picture()))
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path / "p", server.base_url) as w,
    ):
        first = await w.open()
        await w.ask(first, "hi")
        w.attachments.attach_files(first.key, [file], 0)
        await w.open()
        await until(lambda: not w.attachments.working(first.key), w.attachments.working_changed)
        again = await w.open(first.key)
        assert len(again.draft.attachments) == 1


async def test_thumbnails_are_made_again_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "photo.png"
    file.write_bytes(encoded(picture()))
    async with world(tmp_path / "p", NOWHERE) as w:
        (attachment,) = await attach_paths(w, file)
    async with world(tmp_path / "p", NOWHERE) as w:
        ready: list[str] = []
        w.attachments.thumbnail_ready.connect(lambda sha256, png: ready.append(sha256))
        assert w.attachments.thumbnail(attachment) is None
        assert w.attachments.thumbnail(attachment) is None
        await until(lambda: bool(ready), w.attachments.thumbnail_ready)
        assert ready == [attachment.sha256]
        assert w.attachments.thumbnail(attachment)


async def test_a_copy_that_is_gone_has_no_thumbnail_and_nothing_breaks(tmp_path: Path) -> None:
    gone = AttachmentContent("image", "a" * 64, "x.png", "image/png", 3, 1, 1)
    async with world(tmp_path, NOWHERE) as w:
        ready: list[bytes] = []
        w.attachments.thumbnail_ready.connect(lambda sha256, png: ready.append(png))
        w.attachments.thumbnail(gone)
        await until(lambda: bool(ready), w.attachments.thumbnail_ready)
        assert ready == [b""]


@pytest.mark.parametrize("size", [1, 786_431, 786_432, 2_000_000])
async def test_what_is_sent_is_the_file_to_the_byte(tmp_path: Path, size: int) -> None:
    import base64

    data = encoded(picture()) + os.urandom(size)
    async with world(tmp_path, NOWHERE) as w:
        stored = w.files.add_bytes(data, MAX_REQUEST_BYTES)
        attachment = AttachmentContent("image", stored.sha256, "x", "image/png", stored.size)
        sent = b"".join([piece async for piece in w.attachments.open(attachment)])
    assert base64.b64decode(sent) == data
