"""How a long text is read, slice by slice."""

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.markdown.stream import read_stream
from desktop_app.ui.transcript.reading import Reading
from desktop_app.ui.transcript.timing import Deadline

PARTS = st.sampled_from(
    (
        "A line of words.\n\n",
        "```py\n" + "x = 1\n" * 900 + "```\n",
        "> ~~~~\n" + "> y\n" * 700 + "> ~~~~\n",
        "- item\n" * 300 + "\n",
        "words " * 500 + "\n\n",
        "```\nnever closed\n",
    )
)


def slices(text: str) -> list[str]:
    reading = Reading()
    reading.take(text)
    reading.end()
    found: list[str] = []
    while not reading.is_done:
        before = len(reading.text_read)
        assert reading.read(Deadline(0)) is not None
        found.append(reading.text_read[before:])
    assert reading.stream.blocks == read_stream(text).blocks
    return [one for one in found if one]


def test_what_follows_long_code_is_read_in_short_slices_again() -> None:
    code = "```py\n" + "x = 1\n" * 3000 + "```\n"
    prose = "- words and more words\n" * 1000
    found = slices(code + prose)
    assert "".join(found) == code + prose
    assert max(len(one) for one in found) > 10_000
    assert max(len(one) for one in found if "words" in one) <= 2000


@given(st.lists(PARTS, max_size=8).map("".join))
def test_slices_give_what_the_whole_gives(text: str) -> None:
    assert "".join(slices(text)) == text
