"""What the line of a tool says: for every kind of step, and for whatever JSON it may carry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.interactions.calls import REFUSED
from desktop_app.interactions.codec import decode_step
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.steps import (
    ModelOutputStep,
    Step,
    ThoughtStep,
    ToolCallStep,
    ToolResultStep,
)
from desktop_app.markdown.blocks import Block, Code, List, Paragraph, Span
from desktop_app.markdown.stream import read
from desktop_app.ui.transcript.step_lines import StepWords, answers, words_of
from tests.interactions.test_interaction import sample_events
from tests.samples import STREAMS

KINDS = (
    "google_search",
    "url_context",
    "code_execution",
    "google_maps",
    "file_search",
    "mcp_server_tool",
    "function",
    "retrieval",
    "tool_search",
    "processing",
    "time_travel",
)
KNOWN_KEYS = (
    "queries",
    "query",
    "urls",
    "language",
    "code",
    "places",
    "title",
    "name",
    "url",
    "uri",
    "status",
    "text",
    "search_suggestions",
)


def call(kind: str, **arguments: JsonValue) -> Step:
    return decode_step({"type": f"{kind}_call", "id": "c", "arguments": arguments})


def result(kind: str, value: JsonValue, **more: JsonValue) -> Step:
    data: JsonObject = {"type": f"{kind}_result", "call_id": "c", "result": value, **more}
    return decode_step(data)


def spans(blocks: tuple[Block, ...]) -> list[Span]:
    found: list[Span] = []
    for block in blocks:
        match block:
            case Paragraph(inside):
                found += inside
            case List(items):
                found += [span for item in items for span in spans(item.blocks)]
            case _:
                pass
    return found


def links(words: StepWords) -> list[tuple[str, str]]:
    return [(span.text, span.link) for span in spans(read(words.more)) if span.link]


def code(words: StepWords) -> list[Code]:
    return [block for block in read(words.more) if isinstance(block, Code)]


def test_a_search_names_its_queries_and_links_what_it_found() -> None:
    asked = call("google_search", queries=["entry fee", "清水寺"])
    assert words_of([asked]).words == "Searched the web for “entry fee” and “清水寺”"
    assert words_of([asked], live=True).words == "Searching the web for “entry fee” and “清水寺”"
    pages: JsonValue = [
        {"title": "A *page*", "url": "https://www.example.com/a b"},
        {"search_suggestions": '<style>.a{}</style><a href="https://g.co/s">fee now</a>'},
    ]
    said = words_of([asked, result("google_search", pages)])
    assert said.icon == "search"
    assert links(said) == [
        ("A *page*", "https://www.example.com/a%20b"),
        ("fee now", "https://g.co/s"),
    ]
    assert " – example.com" in "".join(span.text for span in spans(read(said.more)))
    assert ".a{}" not in said.more


def test_brackets_of_a_title_are_no_formula() -> None:
    said = words_of([result("google_search", [{"title": "f(0) [x] $1$", "url": "https://a.b"}])])
    assert links(said) == [("f(0) [x] $1$", "https://a.b")]


def test_a_search_for_pictures_says_so_and_one_that_failed_too() -> None:
    step = decode_step(
        {
            "type": "google_search_call",
            "id": "c",
            "arguments": {"queries": ["a cat"]},
            "search_type": "image_search",
        }
    )
    assert words_of([step]).words == "Searched pictures for “a cat”"
    failed = result("google_search", None, is_error=True)
    assert words_of([step, failed]).words == "Searched pictures for “a cat”: it failed"


def test_pages_are_named_by_their_hosts_and_say_how_reading_went() -> None:
    asked = call("url_context", urls=["https://a.example/x", "https://b.example/y"])
    assert words_of([asked], live=True).words == "Reading a.example and b.example"
    status: JsonValue = [
        {"url": "https://a.example/x", "status": "success"},
        {"url": "https://b.example/y", "status": "paywall"},
    ]
    said = words_of([asked, result("url_context", status)])
    assert said.words == "Read a.example and b.example: 1 could not be read"
    texts = [block for block in read(said.more) if isinstance(block, List)]
    assert [link for _, link in links(said)] == ["https://a.example/x", "https://b.example/y"]
    assert len(texts) == 2
    assert "behind a paywall" in said.more
    one = call("url_context", urls=["https://a.example/x"])
    broken = result("url_context", [{"url": "https://a.example/x", "status": "error"}])
    assert words_of([one, broken]).words == "Read a.example: it could not be read"


def test_code_stands_above_what_it_printed() -> None:
    asked = call("code_execution", language="python", code="print('```')\n")
    said = words_of([asked, result("code_execution", "```\n")])
    assert said.words == "Ran Python code"
    assert code(said) == [Code("print('```')", "python"), Code("```", "text")]
    assert words_of([asked], live=True).words == "Running Python code"
    failed = words_of([asked, result("code_execution", "no such file", is_error=True)])
    assert failed.words == "Ran Python code: it failed"
    assert "Error" in failed.more
    silent = words_of([asked, result("code_execution", "")])
    assert "It printed nothing." in silent.more


def test_a_function_shows_what_it_is_called_with_and_what_it_gave_back() -> None:
    step = decode_step(
        {"type": "function_call", "id": "c", "name": "get_weather", "arguments": {"place": "Ulm"}}
    )
    answer = result("function", {"degrees": 7}, name="get_weather")
    said = words_of([step, answer])
    assert said.words == 'Function: get_weather(place: "Ulm")'
    assert [block.text for block in code(said)] == [
        '{\n  "place": "Ulm"\n}',
        '{\n  "degrees": 7\n}',
    ]
    assert words_of([answer]).words == "Function answered: get_weather"
    refused = result("function", REFUSED, name="get_weather")
    assert words_of([refused]) == StepWords("x", "You refused get_weather")


def test_a_tool_of_a_server_names_both_and_shows_texts_as_texts() -> None:
    step = decode_step(
        {
            "type": "mcp_server_tool_call",
            "id": "c",
            "name": "search",
            "server_name": "tracker",
            "arguments": {"query": "crash"},
        }
    )
    answer = result("mcp_server_tool", [{"type": "text", "text": "#412 **Crash**"}])
    said = words_of([step, answer])
    assert said.words == 'Asked tracker: search(query: "crash")'
    assert code(said)[1] == Code("#412 **Crash**", "text")


@pytest.mark.parametrize(
    ("kind", "item", "icon", "begin"),
    [
        ("google_maps", {"places": [{"name": "Sagano", "url": "https://m.co"}]}, "map-pin", "L"),
        ("file_search", {"title": "Plan.pdf", "text": "the plan"}, "file-text", "Searched your"),
        ("retrieval", {"title": "Row 7", "uri": "https://r.co"}, "database", "Searched a data"),
        ("tool_search", {"name": "get_weather"}, "wrench", "Looked for tools"),
    ],
)
def test_what_else_was_found_is_listed(kind: str, item: JsonObject, icon: str, begin: str) -> None:
    said = words_of([call(kind, queries=["tea"]), result(kind, [item])])
    assert said.icon == icon
    assert said.words.startswith(begin)
    assert said.words.endswith("for “tea”")
    assert "Found:" in said.more


def test_a_step_nobody_has_heard_of_shows_its_json_without_its_signature() -> None:
    said = words_of([decode_step({"type": "time_travel", "to": 1905, "signature": "AAAA"})])
    assert said.words == "Step: time travel"
    (shown,) = code(said)
    assert shown == Code('{\n  "type": "time_travel",\n  "to": 1905\n}', "json")


def test_a_result_that_has_another_shape_than_described_shows_its_json() -> None:
    said = words_of([result("google_maps", [{"widget_context_token": "w1"}])])
    assert "widget_context_token" in code(said)[0].text


def test_only_a_result_of_the_same_tool_and_id_answers_a_call() -> None:
    asked = call("google_search", queries=["x"])
    assert isinstance(asked, ToolCallStep)
    for other, wanted in (
        (result("google_search", []), True),
        (result("url_context", []), False),
        (decode_step({"type": "google_search_result", "call_id": "d"}), False),
    ):
        assert isinstance(other, ToolResultStep)
        assert answers(asked, other) is wanted


@pytest.mark.parametrize("name", STREAMS)
def test_no_step_of_the_samples_is_shown_as_json_but_the_unknown(name: str) -> None:
    turn = Interaction()
    for event in sample_events(name):
        turn.apply(event)
    for step in turn.steps:
        if not isinstance(step, ModelOutputStep | ThoughtStep):
            said = words_of([step])
            assert said.words.startswith("Step: ") is not isinstance(
                step, ToolCallStep | ToolResultStep
            )


texts = st.text(max_size=40) | st.sampled_from(
    [
        "https://a.example/(x)",
        "[a](http://b.example)",
        "```",
        "a\n# b",
        "<a href='http://c'>d",
        "\\",
    ]
)
values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KNOWN_KEYS) | texts, inner, max_size=4)
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from(KNOWN_KEYS) | texts, values, max_size=4)


@given(st.sampled_from(KINDS), objects, values, st.booleans(), st.booleans())
def test_whatever_a_tool_says_its_line_is_one_and_nothing_in_it_is_markup(
    kind: str, arguments: JsonObject, value: JsonValue, live: bool, failed: bool
) -> None:
    asked = call(kind, **arguments)
    answer = result(kind, value, is_error=failed)
    for steps in ([asked], [answer], [asked, answer]):
        said = words_of(steps, live=live)
        assert said.words
        assert "\n" not in said.words
        assert len(said.words) < 500
        blocks = read(said.more)
        assert all(isinstance(block, Code | List | Paragraph) for block in blocks)
        for span in spans(blocks):
            assert not (span.bold)
            assert not (span.italic)
            assert not (span.code)
            assert not (span.math)
            assert not (span.strike)
            assert not span.link or span.link.lower().startswith(("http://", "https://"))
