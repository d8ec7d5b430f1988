"""Answers that are JSON are shown as code, and lists of rows as a table, too."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.interactions.jsonvalue import JsonValue
from desktop_app.markdown.blocks import Code, Spans, Table
from desktop_app.markdown.stream import read
from desktop_app.ui.transcript.json_view import json_answer
from tests.interactions.test_interaction import sample_events


def code_of(text: str) -> str:
    answer = json_answer(text)
    assert answer is not None
    (block,) = read(answer.code)
    assert isinstance(block, Code)
    assert block.language == "json"
    return block.text


def table_of(text: str) -> list[list[str]]:
    answer = json_answer(text)
    assert answer is not None
    blocks = read(answer.table)
    tables = [block for block in blocks if isinstance(block, Table)]
    assert len(tables) == len(blocks)
    rows = [row for one in tables for row in ((one.head, *one.rows) if one.head else one.rows)]
    return [[words(cell) for cell in row] for row in rows]


def words(cell: Spans) -> str:
    return "".join(span.text for span in cell)


def test_an_object_is_pretty_printed_and_stays_the_same_value() -> None:
    text = '{"title":"Zwiebelkuchen","minutes":70,"with":["bacon"]}'
    assert json.loads(code_of(text)) == json.loads(text)
    assert code_of(text).startswith('{\n  "title": "Zwiebelkuchen"')
    answer = json_answer(text)
    assert answer is not None
    assert answer.table == ""


def test_a_list_of_flat_objects_is_a_table_as_well() -> None:
    text = '[{"name": "a|b", "kcal": 1.5, "ok": true}, {"name": "(c) [d]", "more": "x\\ny"}]'
    assert table_of(text) == [
        ["name", "kcal", "ok", "more"],
        ["a|b", "1.5", "true", ""],
        ["(c) [d]", "", "", "x y"],
    ]
    answer = json_answer(text)
    assert answer is not None
    (table,) = read(answer.table)
    assert isinstance(table, Table)
    assert table.aligns == ("", "right", "", "")


def test_a_list_that_is_all_that_an_object_holds_is_a_table_too() -> None:
    assert table_of('{"dishes": [{"a": 1}]}') == [["a"], ["1"]]


def test_a_fenced_list_of_objects_is_a_table_and_other_fenced_code_is_left_alone() -> None:
    assert table_of('```json\n[{"a": 1}, {"a": 2}]\n```\n') == [["a"], ["1"], ["2"]]
    for text in ('```json\n{"a": 1}\n```', '```json\n["a"]\n```', '```\n[{"a": 1}]\n```\nand more'):
        assert json_answer(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "[1] is a footnote",
        "[link](https://a.example)",
        "{broken",
        '{"a": NaN}',
        '"text"',
        "12",
        "[" * 100_000 + "]" * 100_000,
        '{"a": 1} and words',
    ],
)
def test_what_is_not_json_from_end_to_end_is_text(text: str) -> None:
    assert json_answer(text) is None


@pytest.mark.parametrize("text", ['[{"a": {"b": 1}}]', "[1, 2]", "[{}]", "[]", '[{"a": 1}, 2]'])
def test_what_has_no_flat_rows_has_no_table(text: str) -> None:
    answer = json_answer(text)
    assert answer is not None
    assert answer.table == ""


def test_the_sample_with_a_response_format_is_recognised() -> None:
    from desktop_app.interactions.interaction import Interaction

    turn = Interaction()
    for event in sample_events("35_structured_json"):
        turn.apply(event)
    assert json.loads(code_of(turn.output_text)) == json.loads(turn.output_text)


cells: st.SearchStrategy[JsonValue] = (
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=12)
)
COLUMNS = st.sampled_from(["a", "b|c", "*d*", "[e](f)", "- g", "漢字", "$h$", "`i`"])
names = st.text(min_size=1, max_size=8)


def test_long_rows_are_cut_so_that_a_table_stays_a_table() -> None:
    rows = [{f"c{column}": "word " * 20 for column in range(40)} for _ in range(120)]
    assert len(table_of(json.dumps(rows))) == 121
    assert json.loads(code_of(json.dumps(rows))) == rows


@given(st.lists(st.dictionaries(COLUMNS, cells, min_size=1, max_size=4), min_size=1, max_size=12))
def test_any_list_of_flat_objects_has_a_cell_for_each_value(
    rows: list[dict[str, JsonValue]],
) -> None:
    shown = table_of(json.dumps(rows))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    assert len(shown) == len(rows) + 1
    assert all(len(row) <= len(columns) for row in shown)


@given(st.recursive(cells, lambda inner: st.lists(inner) | st.dictionaries(names, inner)))
def test_any_object_or_list_keeps_its_value(value: JsonValue) -> None:
    text = json.dumps(value)
    if isinstance(value, dict | list):
        assert json.loads(code_of(text)) == value
    else:
        assert json_answer(text) is None
