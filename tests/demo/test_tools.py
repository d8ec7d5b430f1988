"""The server's own tools: they say that they did nothing."""

import json

from desktop_app.interactions.jsonvalue import JsonValue
from tests.demo.calling import (
    Demo,
    contents,
    list_at,
    number_at,
    object_at,
    steps_of,
    string_at,
)


def test_a_search_is_cited_by_positions_in_utf_8(demo: Demo) -> None:
    question = "Was ist neu in Köln? 日本語"
    interaction = demo.create(question, tools=[{"type": "google_search"}])
    call = steps_of(interaction, "google_search_call")[0]
    result = steps_of(interaction, "google_search_result")[0]
    assert object_at(call, "arguments") == {"queries": [question]}
    assert call["id"] == result["call_id"]
    (block,) = contents(steps_of(interaction, "model_output")[0])
    (citation,) = list_at(block, "annotations")
    assert citation["url"] == "https://example.com/"
    data = string_at(block, "text").encode()
    cited = data[number_at(citation, "start_index") : number_at(citation, "end_index")].decode()
    assert cited.startswith("A made-up search")
    assert cited.endswith("without asking anyone.")


def test_addresses_are_not_fetched_and_code_is_not_run(demo: Demo) -> None:
    tools: list[JsonValue] = [{"type": "url_context"}, {"type": "code_execution"}]
    text = "Run some code on https://example.org/a and https://example.org/b."
    interaction = demo.create(text, tools=tools)
    kinds_of = [step["type"] for step in steps_of(interaction)]
    assert kinds_of[1:-1] == [
        "url_context_call",
        "url_context_result",
        "code_execution_call",
        "code_execution_result",
    ]
    fetched = steps_of(interaction, "url_context_result")[0]
    assert [page["status"] for page in list_at(fetched, "result")] == ["error", "error"]
    ran = steps_of(interaction, "code_execution_result")[0]
    assert "Nothing was run" in string_at(ran, "result")


def test_tools_that_are_not_here_are_named(demo: Demo) -> None:
    tools: list[JsonValue] = [{"type": "google_maps"}, {"type": "file_search"}]
    assert "I have no file_search, google_maps here." in demo.text("hello", tools=tools)


def test_the_exhibition_has_tools_sources_a_picture_and_a_sound(demo: Demo) -> None:
    interaction = demo.create("Show me sources and media")
    kinds_of = [step["type"] for step in steps_of(interaction)]
    assert kinds_of[1:] == [
        "google_search_call",
        "google_search_result",
        "url_context_call",
        "url_context_result",
        "code_execution_call",
        "code_execution_result",
        "model_output",
    ]
    text, picture, _, sound = contents(steps_of(interaction, "model_output")[0])
    assert picture["mime_type"] == "image/png"
    assert sound["mime_type"] == "audio/wav"
    data = string_at(text, "text").encode()
    cited = [
        data[number_at(one, "start_index") : number_at(one, "end_index")].decode()
        for one in list_at(text, "annotations")
    ]
    assert cited[1:3] == ["51 light years away", "カストル"]
    kinds = [one["type"] for one in list_at(text, "annotations")]
    assert {"url_citation", "file_citation", "place_citation"} == set(kinds)


def test_an_answer_as_json_is_a_list_of_rows_and_nothing_else(demo: Demo) -> None:
    rows = json.loads(demo.text("The stars of Gemini as JSON, please"))
    assert [row["star"] for row in rows] == ["Castor", "Pollux", "Alhena"]
