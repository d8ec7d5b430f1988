"""Paths, methods, keys, and the two forms of an error."""

import pytest

from tests.demo.calling import Demo, error_of, list_at, read_object, string_at, strings_at, taken


@pytest.mark.parametrize("version", ["v1beta", "v1"])
def test_both_versions_of_the_api_answer(demo_url: str, version: str) -> None:
    client = Demo(demo_url, version=version)
    interaction = client.create("hello")
    assert taken(client.get(string_at(interaction, "id")))["status"] == "completed"
    assert taken(client.http.get("/models"))["models"]
    client.close()


def test_the_version_of_a_create_does_not_matter_to_a_get(demo_url: str) -> None:
    new, old = Demo(demo_url, version="v1"), Demo(demo_url, version="v1beta")
    assert old.get(string_at(new.create("hello"), "id")).status_code == 200
    new.close()
    old.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/v1beta"),
        ("GET", "/v2/models"),
        ("GET", "/v1beta/interactions"),
        ("PUT", "/v1beta/interactions"),
        ("PATCH", "/v1beta/interactions/v1_x"),
        ("POST", "/v1beta/interactions/v1_x"),
        ("POST", "/v1beta/interactions/v1_x/stop"),
        ("POST", "/v1beta/models"),
        ("POST", "/v1beta/models/demo-model:generateContent"),
        ("GET", "/v1beta/models/demo-model/cancel"),
        ("DELETE", "/v1beta/interactions"),
    ],
)
def test_an_unknown_path_or_method_is_404_in_the_google_rpc_form(
    demo: Demo, method: str, path: str
) -> None:
    error = error_of(demo.http.request(method, f"{demo.url}{path}"), 404)
    assert (error["code"], error["status"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["/interactions/v1_nobody", "/interactions/v1_nobody/cancel"])
def test_an_unknown_interaction_is_404_not_found(demo: Demo, path: str) -> None:
    method = "POST" if path.endswith("cancel") else "GET"
    assert error_of(demo.http.request(method, path), 404)["code"] == "not_found"


def test_an_id_is_percent_decoded(demo: Demo) -> None:
    interaction_id = string_at(demo.create("hello"), "id")
    encoded = "".join(f"%{ord(letter):02X}" for letter in interaction_id)
    assert demo.http.get(f"/interactions/{encoded}").status_code == 200


# --- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, "", "demo-bad", "demo-bad-key"])
@pytest.mark.parametrize("path", ["/interactions/v1_x", "/models", "/models/demo-model"])
def test_a_missing_or_bad_key_is_refused_with_401(
    demo_url: str, key: str | None, path: str
) -> None:
    client = Demo(demo_url, key)
    error = error_of(client.http.get(path), 401)
    assert error["code"] == ("authentication" if "interactions" in path else 401)
    client.close()


def test_a_create_without_a_key_is_refused_before_its_body_is_looked_at(demo_url: str) -> None:
    client = Demo(demo_url, None)
    assert error_of(client.post({"nonsense": 1}), 401)["code"] == "authentication"
    client.close()


def test_a_key_in_the_query_does_not_count(demo_url: str) -> None:
    client = Demo(demo_url, None)
    assert client.http.get("/models", params={"key": "good"}).status_code == 401
    client.close()


@pytest.mark.parametrize("path", ["/interactions/v1_x", "/models"])
def test_an_old_key_is_refused_in_the_older_form_everywhere(demo_url: str, path: str) -> None:
    client = Demo(demo_url, "demo-old-key")
    error = error_of(client.http.get(path), 400)
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    assert list_at(error, "details")[0]["reason"] == "API_KEY_INVALID"
    client.close()


def test_an_expired_key_reads_and_creates_nothing(demo_url: str) -> None:
    client = Demo(demo_url, "demo-expired-key")
    taken(client.http.get("/models"))
    error = error_of(client.http.post("/interactions", json={}), 400)
    assert list_at(error, "details")[0]["reason"] == "API_KEY_INVALID"
    client.close()


# --- models ---------------------------------------------------------------------------------------


def test_the_list_has_chat_models_and_others(demo: Demo) -> None:
    models = {m["name"]: m for m in list_at(taken(demo.http.get("/models")), "models")}
    ours = models["models/demo-model"]
    assert ours["displayName"] == "Castor demo"
    assert ours["thinking"] is True
    assert ours["maxTemperature"] == 2
    assert "generateContent" in strings_at(ours, "supportedGenerationMethods")
    assert ours["inputTokenLimit"] == 1_048_576
    assert "models/gemini-3.8-flash" in models
    assert models["models/gemini-embedding-001"]["supportedGenerationMethods"] == [
        "embedContent",
        "countTextTokens",
    ]
    assert {"models/gemini-3.1-flash-image", "models/gemini-3.8-flash-tts"} <= models.keys()


def test_small_pages_put_together_are_the_whole_list(demo: Demo) -> None:
    whole = list_at(taken(demo.http.get("/models", params={"pageSize": "1000"})), "models")
    found: list[object] = []
    query = {"pageSize": "3"}
    for _ in range(len(whole)):
        page = taken(demo.http.get("/models", params=query))
        assert len(list_at(page, "models")) <= 3
        found += list_at(page, "models")
        if "nextPageToken" not in page:
            break
        query["pageToken"] = string_at(page, "nextPageToken")
    assert found == whole


@pytest.mark.parametrize(
    "query",
    [{"pageSize": "-1"}, {"pageSize": "many"}, {"pageToken": "made-up"}, {"pageToken": "é"}],
)
def test_a_page_that_is_none_is_refused(demo: Demo, query: dict[str, str]) -> None:
    error = error_of(demo.http.get("/models", params=query), 400)
    assert error["status"] == "INVALID_ARGUMENT"


def test_one_model_can_be_looked_up(demo: Demo) -> None:
    assert taken(demo.http.get("/models/gemini-3.8-flash"))["name"] == "models/gemini-3.8-flash"
    assert taken(demo.http.get("/models/demo-slow"))["name"] == "models/demo-slow"
    assert error_of(demo.http.get("/models/gemini-9"), 404)["status"] == "NOT_FOUND"


# --- bodies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"hi"', b"\xff\xfe", b'{"model": NaN}'])
def test_a_body_that_is_no_json_object_is_refused(demo: Demo, body: bytes) -> None:
    assert error_of(demo.http.post("/interactions", content=body), 400)["code"] == "invalid_request"


def test_a_body_of_more_than_100_mb_is_refused(demo: Demo) -> None:
    body = b'{"model":"demo-model","input":"' + b"a" * (100 << 20) + b'"}'
    assert error_of(demo.http.post("/interactions", content=body), 400)["code"] == "invalid_request"


def test_answers_are_json_in_utf_8(demo: Demo) -> None:
    response = demo.post({"model": "demo-model", "input": "日本語 é"})
    assert response.headers["content-type"] == "application/json; charset=UTF-8"
    assert "日本語 é" in str(read_object(response.content.decode("utf-8")))
