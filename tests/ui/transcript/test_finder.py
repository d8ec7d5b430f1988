"""Going from match to match, over turns that are read or not, shown or not, and that change."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QObject, QTimer, Signal
from pytestqt.qtbot import QtBot

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import InteractionHeader
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.markdown.blocks import Block
from desktop_app.markdown.stretches import text_of
from desktop_app.ui.transcript.find import Match, Query
from desktop_app.ui.transcript.finder import Finder
from desktop_app.ui.transcript.shown import Place
from desktop_app.ui.transcript.turn_parts import blocks_of, parts_of


class Part:
    """A view of a part that notes what it is to show."""

    def __init__(self, blocks: tuple[Block, ...]) -> None:
        self.blocks = blocks
        self.found: list[str] = []
        self.now = ""

    def set_found(self, found: Sequence[tuple[int, int, int]], now: int | None) -> None:
        self.found = [text_of(self.blocks[at])[begin:end] for at, begin, end in found]
        self.now = self.found[now] if now is not None else ""


class Pages:
    """A transcript of which `window` turns have a view; the others are `read` or on the disk."""

    def __init__(self, texts: list[str], read: int | None = None, window: int = 2) -> None:
        self.turns = [turn_of(str(number), text) for number, text in enumerate(texts)]
        self.known = len(texts) if read is None else read
        self.window = window
        self.top = 0
        self.place: Place = (0, 0, 0)
        self.parts: dict[int, list[tuple[int, Part]]] = {}
        self.loads: list[int] = []
        self.asked: list[str] = []
        self.revealed: list[tuple[int, str]] = []
        self.show(0)

    def show(self, top: int) -> None:
        self.top = top
        self.parts = {
            number: self.parts.get(number) or parts_shown(self.turns[number])
            for number in range(top, min(top + self.window, len(self.turns)))
        }

    def __len__(self) -> int:
        return len(self.turns)

    def key(self, number: int) -> str:
        return self.turns[number].key

    def is_live(self, number: int) -> bool:
        return number < self.known or number in self.parts

    def read(self, number: int) -> Interaction:
        return self.turns[number]

    @property
    def reader(self) -> tuple[int, Place]:
        return self.top, self.place

    def views(self, number: int) -> list[tuple[int, Part]] | None:
        return self.parts.get(number)

    @property
    def numbers(self) -> Sequence[int]:
        return list(self.parts)

    def go_to(self, number: int) -> None:
        if number < self.known:
            self.show(number)
        else:
            self.loads.append(number)

    def reveal(self, number: int, match: Match) -> None:
        block = dict(self.parts[number])[match.part].blocks[match.block]
        self.revealed.append((number, text_of(block)[match.begin :]))


class Disk(QObject):
    """Finds words in all turns of a `Pages`, three at a time."""

    looked = Signal(object, object)

    def __init__(self, pages: Pages, keys: Sequence[str], words: Sequence[str]) -> None:
        super().__init__()
        self.pages, self.keys, self.words = pages, list(keys), words
        self.stopped = False

    @property
    def is_over(self) -> bool:
        return not self.keys

    def look(self) -> None:
        QTimer.singleShot(1, self, self._look)

    def _look(self) -> None:
        if self.stopped or not self.keys:
            return
        some, self.keys = self.keys[:3], self.keys[3:]
        self.pages.asked += some
        turns = [turn for turn in self.pages.turns if turn.key in some]
        found = [turn.key for turn in turns if all(word in turn.output_text for word in self.words)]
        self.looked.emit(some, found)

    def stop(self) -> None:
        self.stopped = True


def turn_of(key: str, text: str) -> Interaction:
    turn = Interaction(key, input=(TextContent("?"),))
    step = ModelOutputStep((TextContent(text),))
    turn.restore_step(step, index=0, seconds=None, whole=True)
    turn.restore(InteractionHeader(), Outcome.COMPLETE, None, None)
    return turn


def parts_shown(turn: Interaction) -> list[tuple[int, Part]]:
    return [(number, Part(blocks_of(part))) for number, part in enumerate(parts_of(turn))]


class Search:
    """A finder over pages, and what it has told."""

    def __init__(self, qtbot: QtBot, pages: Pages) -> None:
        self.qtbot, self.pages = qtbot, pages
        self.finder = Finder(pages)
        self.finder.set_texts(lambda keys, words: Disk(pages, keys, words))  # type: ignore[arg-type]
        self.words: list[str] = []
        self.finder.told.connect(lambda words, _can_step: self.words.append(words))

    def find(self, text: str, **choices: bool) -> str:
        self.finder.begin(Query(text, **choices))
        return self.settled()

    def settled(self) -> str:
        self.qtbot.waitUntil(lambda: self.finder.is_done, timeout=20_000)
        return self.words[-1]

    def step(self, step: int = 1) -> tuple[int, str]:
        self.finder.step(step)
        return self.place

    @property
    def place(self) -> tuple[int, str]:
        return self.pages.revealed[-1]


@pytest.fixture
def texts() -> list[str]:
    return ["one word", "nothing", "**wo**rd, Word and sword", "nothing", "last word"]


def test_all_matches_are_counted_and_the_next_one_is_shown(qtbot: QtBot, texts: list[str]) -> None:
    search = Search(qtbot, Pages(texts))
    assert search.find("word") == "1 of 5"
    assert search.place == (0, "word")
    assert [search.step() for _ in range(5)] == [
        (2, "word, Word and sword"),
        (2, "Word and sword"),
        (2, "word"),
        (4, "word"),
        (0, "word"),
    ]
    assert search.step(-1) == (4, "word")
    assert search.words[-1] == "5 of 5"
    assert search.step(-1) == (2, "word")


def test_capitals_and_whole_words_may_count(qtbot: QtBot, texts: list[str]) -> None:
    search = Search(qtbot, Pages(texts))
    assert search.find("Word", case=True) == "1 of 1"
    assert search.find("word", whole=True).endswith("of 4")
    assert search.find("nobody") == "No matches"
    assert search.step() == search.place
    assert search.find("") == ""


def test_turns_that_have_not_been_read_are_counted_from_the_disk(
    qtbot: QtBot, texts: list[str]
) -> None:
    pages = Pages(texts, read=2)
    search = Search(qtbot, pages)
    assert search.find("word") == "1 of 5"
    search.step()
    assert pages.loads == [2]
    search.step()
    search.step()
    pages.known = 5
    pages.show(2)
    search.finder.follow()
    assert search.place == (2, "word")
    assert search.words[-1] == "4 of 5"


def test_the_search_begins_where_the_reader_is(qtbot: QtBot, texts: list[str]) -> None:
    pages = Pages(texts, read=0)
    pages.show(2)
    pages.place = (1, 0, 5)
    search = Search(qtbot, pages)
    assert search.find("word") == "3 of 5"
    assert search.place == (2, "Word and sword")


def test_who_goes_back_at_once_need_not_wait_for_all_that_is_below(qtbot: QtBot) -> None:
    pages = Pages(["word"] * 600, read=0)
    pages.show(300)
    search = Search(qtbot, pages)
    search.finder.begin(Query("word"))
    qtbot.waitUntil(lambda: len(pages.revealed) == 1)
    search.finder.step(-1)
    qtbot.waitUntil(lambda: pages.loads == [299])
    assert search.settled() == "301 of 600"
    assert pages.asked.index("299") < pages.asked.index("599")


def test_who_refines_a_query_stays_where_he_is(qtbot: QtBot, texts: list[str]) -> None:
    search = Search(qtbot, Pages(texts))
    search.find("w")
    search.step()
    search.step()
    assert search.place == (2, "Word and sword")
    assert search.find("wo") == "3 of 5"
    assert search.place == (2, "Word and sword")


def test_the_views_show_what_was_found_in_them_and_nothing_when_it_is_over(
    qtbot: QtBot, texts: list[str]
) -> None:
    pages = Pages(texts)
    search = Search(qtbot, pages)
    search.find("word")
    search.step()
    _, answer = pages.parts[2][1]
    assert (answer.found, answer.now) == (["word", "Word", "word"], "word")
    search.step()
    assert answer.now == "Word"
    search.finder.end()
    assert (answer.found, answer.now) == ([], "")
    assert search.words[-1] == ""


def test_a_view_that_comes_later_shows_its_matches_too(qtbot: QtBot, texts: list[str]) -> None:
    pages = Pages(texts)
    search = Search(qtbot, pages)
    search.find("word")
    pages.show(3)
    search.finder.follow()
    assert pages.parts[4][1][1].found == ["word"]


def test_the_count_grows_with_an_answer(qtbot: QtBot) -> None:
    pages = Pages(["word"], window=1)
    search = Search(qtbot, pages)
    assert search.find("word") == "1 of 1"
    pages.turns[0] = turn_of("0", "word and word")
    pages.parts[0] = parts_shown(pages.turns[0])
    search.finder.note_growth(0)
    qtbot.waitUntil(lambda: search.words[-1] == "1 of 2")


def test_the_count_grows_with_an_answer_out_of_sight(qtbot: QtBot) -> None:
    pages = Pages(["word", "word", "word"], window=1)
    search = Search(qtbot, pages)
    assert search.find("word") == "1 of 3"
    pages.turns[2] = turn_of("2", "word and word")
    search.finder.note_growth(2)
    qtbot.waitUntil(lambda: search.words[-1] == "1 of 4")


def test_turns_that_come_and_go_are_followed(qtbot: QtBot, texts: list[str]) -> None:
    pages = Pages(texts)
    search = Search(qtbot, pages)
    search.find("word")
    pages.turns.append(turn_of("5", "word word"))
    pages.known = 6
    search.finder.follow()
    assert search.settled() == "1 of 7"
    search.step(-1)
    assert search.words[-1] == "7 of 7"
    del pages.turns[2:]
    pages.show(0)
    search.finder.forget_from(2)
    assert search.words[-1] == "1 found"
    pages.turns.append(turn_of("6", "word"))
    search.finder.follow()
    assert search.settled() == "2 found"
    assert search.step() == (0, "word")


def test_what_a_long_turn_holds_is_counted_in_slices(qtbot: QtBot) -> None:
    pages = Pages(["x", "word *a*\n\n" * 2_000], window=1)
    search = Search(qtbot, pages)
    ticks: list[int] = []
    timer = QTimer()
    timer.setInterval(0)
    timer.timeout.connect(lambda: ticks.append(search.finder.total))
    timer.start()
    search.finder.begin(Query("word"))
    qtbot.waitUntil(lambda: search.finder.is_done, timeout=30_000)
    timer.stop()
    assert search.finder.total == 2_000
    assert ticks.count(0) > 20
