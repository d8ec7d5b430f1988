"""What a model gave besides text, as a file: no name, type or byte of it is trusted."""

import base64
import io
import wave
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.chat.media_files import (
    UnreadableMedia,
    bytes_of,
    kind_of_media,
    may_open,
    name_of,
    picture_size,
    seconds_of,
    shows_picture,
    size_of,
)
from desktop_app.interactions.content import (
    AudioContent,
    DocumentContent,
    ImageContent,
    MediaContent,
    VideoContent,
)
from tests.documents import wav
from tests.pictures import encoded, picture


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def test_a_sound_says_its_kind_and_its_length() -> None:
    data = wav(1.5)
    sound = AudioContent(data=base64_of(data), mime_type="audio/wav")
    assert kind_of_media(sound) == "WAV sound"
    assert seconds_of(sound) == pytest.approx(1.5, abs=0.01)
    assert size_of(sound) == pytest.approx(len(data), abs=2)
    assert bytes_of(sound) == data


def test_bare_samples_become_a_file_that_players_take() -> None:
    samples = b"\x01\x00\x02\x00" * 6000
    sound = AudioContent(
        data=base64_of(samples), mime_type="audio/L16; rate=24000", sample_rate=12_000, channels=2
    )
    assert name_of(sound) == "Sound 1.wav"
    assert seconds_of(sound) == pytest.approx(0.5, abs=0.01)
    with wave.open(io.BytesIO(bytes_of(sound))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (12_000, 2, 2)
        assert file.readframes(10**6) == samples


def test_a_picture_says_its_size_before_it_is_decoded() -> None:
    image = ImageContent(data=base64_of(encoded(picture(90, 40))), mime_type="image/png")
    assert picture_size(image) == (90, 40)
    assert shows_picture(image)
    assert not shows_picture(ImageContent(data=base64_of(b"<svg/>"), mime_type="image/png"))
    assert not shows_picture(ImageContent(uri="https://example.com/a.png"))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (ImageContent(mime_type="image/jpeg"), "Picture 3.jpg"),
        (VideoContent(mime_type="video/mp4", name="../../etc/passwd"), "etc_passwd.mp4"),
        (VideoContent(mime_type="video/mp4", name="run me.exe"), "run me.mp4"),
        (VideoContent(mime_type="video/mp4", name="CON"), "Film 3.mp4"),
        (VideoContent(mime_type="video/mp4", name="a\u202egpj.exe"), "a_gpj.mp4"),
        (DocumentContent(mime_type="application/x-sh"), "Document 3.bin"),
        (MediaContent(), "File 3.bin"),
    ],
)
def test_the_name_of_a_file_is_safe_and_its_ending_follows_its_type(
    content: MediaContent, name: str
) -> None:
    assert name_of(content, 3) == name


def test_only_kinds_that_we_know_are_opened_by_the_system() -> None:
    data = base64_of(b"x")
    assert may_open(DocumentContent(data=data, mime_type="application/pdf"))
    for bad in ("application/x-desktop", "text/html", "application/msword", "image/svg+xml", ""):
        assert not may_open(DocumentContent(data=data, mime_type=bad))
    assert not may_open(AudioContent(uri="https://example.com/a.wav", mime_type="audio/wav"))


def test_what_is_no_base64_or_only_a_link_says_so() -> None:
    with pytest.raises(UnreadableMedia, match="damaged"):
        bytes_of(ImageContent(data="a"))
    with pytest.raises(UnreadableMedia, match="link"):
        bytes_of(ImageContent(uri="https://example.com/a.png"))


@given(
    st.sampled_from([ImageContent, AudioContent, VideoContent, DocumentContent]),
    st.text(max_size=30) | st.binary(max_size=60).map(base64_of),
    st.sampled_from(["audio/wav", "audio/l16", "image/png", ""]) | st.text(max_size=20),
    st.text(max_size=30),
)
def test_nothing_that_a_model_gives_makes_its_card_fail(
    make: type[MediaContent], data: str, mime_type: str, name: str
) -> None:
    content = make(data=data, mime_type=mime_type, extra={"name": name})
    assert kind_of_media(content)
    made = name_of(content)
    assert made.partition(".")[0].strip()
    assert not set(made) & set('/\\:*?"<>|\n\0')
    seconds_of(content)
    shows_picture(content)
    with suppress(UnreadableMedia):
        bytes_of(content)
