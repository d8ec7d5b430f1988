"""A selection goes from place to place, across turns, and stays while the transcript changes."""

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import StepDelta, StepStart, TextDelta, ThoughtSummaryDelta
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import ModelOutputStep, ThoughtStep
from desktop_app.markdown.stream import MarkdownStream
from desktop_app.ui.transcript.copying import text_between
from desktop_app.ui.transcript.selection import Move, Selection
from desktop_app.ui.transcript.text_walk import TextWalk
from desktop_app.ui.transcript.turn_parts import Spot
from tests.ui.transcript.pages import Pages, spot_of, thought, turn_of, walk_through
from tests.ui.transcript.test_turn_parts import end_request


def text_of(selection: Selection, walk: TextWalk) -> str:
    extent = selection.extent
    return "" if extent is None else "".join(text_between(walk, extent))


def three_turns() -> TextWalk:
    return walk_through(
        turn_of("First question", "First answer.\n\nIts second paragraph."),
        turn_of("Second question", thought("Hm. Well."), "- an item\n- another\n"),
        turn_of("Third question", "Third answer."),
    )


def test_nothing_is_selected_at_first_and_after_a_click() -> None:
    walk = three_turns()
    selection = Selection(walk)
    assert selection.extent is None
    selection.begin(spot_of(walk, 0, "answer"))
    assert selection.extent is None
    assert selection.caret == spot_of(walk, 0, "answer")


def test_a_selection_reads_the_same_in_both_directions() -> None:
    walk = three_turns()
    first, last = spot_of(walk, 0, "answer"), spot_of(walk, 2, "question")
    there, back = Selection(walk), Selection(walk)
    there.begin(first)
    there.extend(last)
    back.begin(last)
    back.extend(first)
    assert there.extent == back.extent == (first, last)
    assert text_of(there, walk) == (
        "answer.\n\nIts second paragraph.\n\nSecond question\n\n• an item\n\u2022 another\n\nThird "
    )


def test_a_double_click_selects_a_word_and_goes_on_by_words() -> None:
    walk = three_turns()
    selection = Selection(walk)
    inside = spot_of(walk, 0, "cond paragraph")
    selection.begin(inside, "word")
    assert text_of(selection, walk) == "second"
    selection.extend(spot_of(walk, 0, "graph"))
    assert text_of(selection, walk) == "second paragraph"
    selection.extend(spot_of(walk, 0, "ts"))
    assert text_of(selection, walk) == "Its second"
    selection.extend(inside)
    assert text_of(selection, walk) == "second"


def test_a_triple_click_selects_a_paragraph_and_goes_on_by_paragraphs() -> None:
    walk = three_turns()
    selection = Selection(walk)
    selection.begin(spot_of(walk, 1, "other"), "paragraph")
    assert text_of(selection, walk) == "another"
    selection.extend(spot_of(walk, 1, "question"))
    assert text_of(selection, walk) == "Second question\n\n• an item\n• another"


def test_the_keyboard_goes_on_from_the_end_that_moves() -> None:
    walk = three_turns()
    selection = Selection(walk)
    selection.begin(spot_of(walk, 0, "Its"), "word")
    selection.extend_by("word", forward=True)
    assert text_of(selection, walk) == "Its second"
    selection.extend_by("character", forward=False)
    assert text_of(selection, walk) == "Its secon"
    selection.extend_by("paragraph", forward=True)
    assert text_of(selection, walk) == "Its second paragraph."
    selection.extend_by("paragraph", forward=False)
    assert text_of(selection, walk) == ""
    selection.extend_by("paragraph", forward=False)
    assert text_of(selection, walk) == "First answer."


def test_the_keyboard_goes_by_turns_and_to_both_ends() -> None:
    walk = three_turns()
    selection = Selection(walk)
    selection.begin(spot_of(walk, 1, "question"))
    selection.extend_by("turn", forward=True)
    assert text_of(selection, walk) == "question\n\n• an item\n• another"
    selection.extend_by("turn", forward=True)
    assert text_of(selection, walk).endswith("another\n\nThird question\n\nThird answer.")
    selection.extend_by("all", forward=False)
    assert text_of(selection, walk).startswith("First question\n\nFirst answer.")
    selection.extend_by("all", forward=True)
    assert text_of(selection, walk).startswith("question")
    assert text_of(selection, walk).endswith("Third answer.")


def test_all_of_the_conversation_or_of_a_turn_can_be_selected() -> None:
    walk = three_turns()
    selection = Selection(walk)
    selection.select_turn(walk.key(1))
    assert text_of(selection, walk) == "Second question\n\n• an item\n• another"
    selection.select_all()
    assert text_of(selection, walk).startswith("First question\n\n")
    assert text_of(selection, walk).endswith("\n\nThird answer.")
    selection.clear()
    assert selection.extent is None
    assert selection.caret == spot_of(walk, 2, "Third answer.", end=True)


def test_where_there_is_no_text_there_is_nothing_to_select() -> None:
    walk = walk_through(turn_of(""), turn_of("", thought("closed")))
    selection = Selection(walk)
    selection.select_all()
    assert selection.extent is None
    for move in ("character", "word", "paragraph", "turn", "all"):
        selection.extend_by(move, forward=True)
    assert selection.caret is None


def test_what_is_folded_is_passed_over_and_what_is_open_is_not() -> None:
    walk = three_turns()
    pages = walk.shown
    assert isinstance(pages, Pages)
    selection = Selection(walk)
    selection.begin(spot_of(walk, 1, "Second question", end=True))
    selection.extend_by("character", forward=True)
    assert selection.caret == spot_of(walk, 1, "• an item")
    pages.shown[pages.turns[1].key, 1] = walk.blocks(1, 1)
    selection.begin(spot_of(walk, 1, "Second question", end=True))
    selection.extend_by("character", forward=True)
    assert selection.caret == spot_of(walk, 1, "Hm.")


def test_a_part_is_painted_from_where_the_selection_begins_to_where_it_ends() -> None:
    walk = three_turns()
    first, last = walk.key(0), walk.key(2)
    selection = Selection(walk)
    assert selection.within(first, 0) is None
    selection.begin(spot_of(walk, 0, "second"))
    selection.extend(spot_of(walk, 2, "question"))
    pages = walk.shown
    assert isinstance(pages, Pages)
    pages.shown[first, 1] = walk.blocks(0, 1)
    assert selection.within(first, 0) is None
    begin, end = selection.within(first, 1) or ((0, 0), (0, 0))
    assert begin == (1, 4)
    assert end > (2, 0)
    assert selection.within(last, 0) == ((0, 0), (0, 6))
    assert selection.within(last, 1) is None
    assert selection.within("gone", 0) is None


def test_a_place_is_in_the_selection_or_not() -> None:
    walk = three_turns()
    selection = Selection(walk)
    assert not selection.contains(spot_of(walk, 0, "First"))
    selection.begin(spot_of(walk, 0, "answer"))
    selection.extend(spot_of(walk, 1, "question"))
    assert selection.contains(spot_of(walk, 0, "paragraph"))
    assert not selection.contains(spot_of(walk, 1, "another"))


# --- while the transcript changes -----------------------------------------------------------------


def growing() -> tuple[Interaction, TextWalk]:
    turn = Interaction(input=(TextContent("Go"),))
    turn.apply(StepStart(0, ModelOutputStep()))
    turn.apply(StepDelta(0, TextDelta("One two\n\nthree fo")))
    return turn, walk_through(turn)


def test_a_selection_stays_while_the_answer_grows() -> None:
    turn, walk = growing()
    selection = Selection(walk)
    selection.select_all()
    before = text_of(selection, walk)
    turn.apply(StepDelta(0, TextDelta("ur five\n\nsix")))
    selection.follow()
    assert text_of(selection, walk) == before == "Go\n\nOne two\n\nthree fo"


def test_an_end_that_has_become_shorter_takes_the_selection_with_it() -> None:
    turn, walk = growing()
    selection = Selection(walk)
    turn.apply(StepDelta(0, TextDelta("\n-")))
    selection.begin(spot_of(walk, 0, "One"))
    selection.extend(Spot(turn.key, 1, 7, 99))
    turn.apply(StepDelta(0, TextDelta("--\n")))
    assert text_of(selection, walk) == "One two\n\nthree fo"


def test_a_text_that_goes_on_behind_a_thought_takes_the_selection_with_it() -> None:
    turn, walk = growing()
    selection = Selection(walk)
    selection.begin(spot_of(walk, 0, "two"), "word")
    end_request(turn, "token")
    turn.begin_rest()
    turn.apply(StepStart(0, ThoughtStep()))
    turn.apply(StepDelta(0, ThoughtSummaryDelta(TextContent("More."))))
    selection.follow()
    assert text_of(selection, walk) == "two"
    turn.apply(StepStart(1, ModelOutputStep()))
    turn.apply(StepDelta(1, TextDelta("ur")))
    selection.follow()
    assert selection.extent is not None
    assert selection.extent[0].part == 2
    assert text_of(selection, walk) == "two"


def test_a_selection_in_a_turn_that_is_gone_is_forgotten() -> None:
    walk = three_turns()
    pages = walk.shown
    assert isinstance(pages, Pages)
    selection = Selection(walk)
    selection.begin(spot_of(walk, 0, "First"))
    selection.extend(spot_of(walk, 1, "another"))
    pages.turns = [*pages.turns[:2], turn_of("Another question")]
    selection.follow()
    assert selection.extent is not None
    pages.turns = pages.turns[:1]
    assert selection.extent is None
    selection.follow()
    assert selection.caret is None


MIXED = """# Title *one*

One **two** `three` [four](https://a.b).

- first
  - nested
- [x] done

3. third

```python
x = 1
```

| a | b |
|---|---|
| 1 | 2 |

> quoted[^1]

$$x^2$$

---

[^1]: A note.

end"""


@given(st.lists(st.integers(0, len(MIXED))), st.integers(0, 10**6), st.integers(0, 10**6))
def test_any_way_an_answer_came_in_gives_the_same_selected_text(
    cuts: list[int], one: int, other: int
) -> None:
    turn = turn_of("Mix", MIXED, key="k")
    read, shown = TextWalk(Pages(turn)), Pages(turn)
    stream = MarkdownStream()
    at = 0
    for cut in [*sorted(cuts), len(MIXED)]:
        stream.feed(MIXED[at:cut])
        at = cut
    stream.finish()
    shown.shown["k", 1] = stream.blocks
    spots = [
        Spot("k", part, block, offset)
        for part in range(2)
        for block in range(len(read.blocks(0, part)))
        for offset in range(len(read.text(Spot("k", part, block, 0))) + 1)
    ]
    texts: list[str] = []
    for walk in (read, TextWalk(shown)):
        selection = Selection(walk)
        selection.begin(spots[one % len(spots)])
        selection.extend(spots[other % len(spots)])
        texts.append(text_of(selection, walk))
    assert texts[0] == texts[1]
    whole = Selection(read)
    whole.select_all()
    assert texts[0] in text_of(whole, read)


@given(
    st.lists(st.tuples(st.sampled_from(["character", "word", "paragraph", "turn"]), st.booleans()))
)
def test_wherever_the_keyboard_goes_there_is_text(moves: list[tuple[Move, bool]]) -> None:
    walk = walk_through(turn_of("Mix", MIXED), turn_of("", ""), turn_of("And", MIXED))
    selection = Selection(walk)
    selection.begin(spot_of(walk, 0, "quoted"))
    for move, forward in moves:
        selection.extend_by(move, forward=forward)
        caret = selection.caret
        assert caret is not None
        assert walk.clamp(caret) == caret
