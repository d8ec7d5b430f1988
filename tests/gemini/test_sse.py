"""Server-sent events: every case of the corpus at every chunking, and every limit."""

import base64
import itertools
import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.gemini.errors import EventTooLarge, LineTooLong
from desktop_app.gemini.sse import ServerSentEvent, SSEDecoder
from desktop_app.interactions.jsonvalue import JsonObject
from tests.samples import DATA, pieces

CORPUS = cast("JsonObject", json.loads((DATA / "sse_cases.json").read_text("utf-8")))
CASES = {
    str(case["id"]): case
    for case in cast("list[JsonObject]", CORPUS["cases"])
    if "reject" not in case  # refused by content type or status: see test_client
}


def decode(chunks: list[bytes], **limits: int) -> tuple[list[ServerSentEvent], SSEDecoder]:
    decoder = SSEDecoder(**limits)
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    return events + decoder.close(), decoder


def check(case: JsonObject, chunks: list[bytes]) -> None:
    events, decoder = decode(chunks)
    found = [{"type": e.event, "data": e.data, "lastEventId": e.id} for e in events]
    assert found == case["events"]
    assert decoder.last_event_id == case["last_event_id"]
    assert decoder.retry == case["retry"]


def test_the_corpus_is_whole() -> None:
    assert len(cast("list[JsonObject]", CORPUS["cases"])) == CORPUS["count"] == 59


@pytest.mark.parametrize("name", CASES)
def test_every_case_holds_for_every_size_of_pieces(name: str) -> None:
    case = CASES[name]
    body = base64.b64decode(str(case["input_b64"]))
    for size in (max(1, len(body)), 1, 2, 3, 7, 64):
        check(case, pieces(body, size))


@pytest.mark.parametrize("name", [name for name in CASES if len(str(CASES[name])) < 6000])
def test_every_case_holds_for_every_single_cut(name: str) -> None:
    case = CASES[name]
    body = base64.b64decode(str(case["input_b64"]))
    for at in range(len(body) + 1):
        check(case, [body[:at], body[at:]])


@given(st.data())
def test_any_cuts_give_the_same_events(data: st.DataObject) -> None:
    case = CASES[data.draw(st.sampled_from(sorted(CASES)))]
    body = base64.b64decode(str(case["input_b64"]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=12)))
    bounds = [0, *cuts, len(body)]
    check(case, [body[a:b] for a, b in itertools.pairwise(bounds)])


@given(st.lists(st.sampled_from([b"data", b":", b" ", b"\r", b"\n", b"\xef\xbb\xbf", b"id", b"x"])))
def test_any_bytes_in_any_pieces_give_the_same_events(parts: list[bytes]) -> None:
    whole = b"".join(parts)
    assert decode([whole])[0] == decode(parts)[0] == decode(pieces(whole, 1))[0]


def feed_for_ever(decoder: SSEDecoder, chunk: bytes, fed: list[bytes]) -> None:
    while True:
        fed.append(chunk)
        decoder.feed(chunk)


@pytest.mark.parametrize("head", [b"data: ", b":", b""])
def test_an_endless_line_is_refused_at_its_limit(head: bytes) -> None:
    decoder = SSEDecoder()
    decoder.feed(head)
    fed: list[bytes] = []
    with pytest.raises(LineTooLong):
        feed_for_ever(decoder, b"x" * 65536, fed)
    assert len(fed) * 65536 <= (8 << 20) + 65536


def test_a_line_that_is_too_long_is_refused_also_when_it_comes_at_once() -> None:
    with pytest.raises(LineTooLong):
        SSEDecoder(max_line=10).feed(b"data: 0123456789\n")
    assert SSEDecoder(max_line=16).feed(b"data: 0123456789\n\n")


def test_an_endless_event_is_refused_at_its_limit() -> None:
    fed: list[bytes] = []
    with pytest.raises(EventTooLarge):
        feed_for_ever(SSEDecoder(), b"data: x\n" * 8192, fed)
    assert len(fed) * 8192 * 2 <= (16 << 20) + 8192 * 2


def test_the_room_of_an_event_is_given_back_after_it() -> None:
    decoder = SSEDecoder(max_event=100)
    for _ in range(100):
        assert decoder.feed(b"data: " + b"x" * 60 + b"\n\n")


def test_a_retry_of_4301_digits_is_a_minute() -> None:
    events, decoder = decode([b"retry:" + b"9" * 4301 + b"\ndata:x\n\n"])
    assert [event.data for event in events] == ["x"]
    assert decoder.retry == 60_000


def test_a_million_empty_lines_are_no_events() -> None:
    assert decode([b"\n" * 1_000_000])[0] == []


def test_lines_that_are_no_fields_are_kept_for_whoever_wants_to_know() -> None:
    body = b'{\n  "error": {"code": "rate_limit_exceeded"}\n}'
    _, decoder = decode(pieces(body, 5))
    assert json.loads(decoder.stray) == {"error": {"code": "rate_limit_exceeded"}}


def test_what_is_kept_of_them_is_bounded() -> None:
    _, decoder = decode([b"x" * 1000 + b"\n"] * 200)
    assert len(decoder.stray) <= 65_536 + 66
