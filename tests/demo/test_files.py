"""The Files API of the demo: uploads in pieces, states, the list, and files in a question."""

import base64
import hashlib
import os
import time

import httpx
import pytest

from desktop_app.demo.files import Bytes, Files
from desktop_app.demo.seals import Seals
from desktop_app.interactions.jsonvalue import JsonObject
from tests.demo.calling import (
    MODEL,
    Demo,
    error_of,
    list_at,
    number_at,
    object_at,
    read_object,
    string_at,
    taken,
    text_block,
)
from tests.documents import mp4, pdf

PIECE = 256 << 10


def start(
    demo: Demo, size: int, mime_type: str = "application/pdf", **file: object
) -> httpx.Response:
    return demo.http.post(
        f"{demo.url}/upload/v1beta/files",
        json={"file": {"mime_type": mime_type, "size_bytes": str(size), **file}},
        headers={"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start"},
    )


def send(url: str, command: str, data: bytes = b"", offset: int | None = None) -> httpx.Response:
    headers = {"x-goog-upload-command": command}
    if offset is not None:
        headers["x-goog-upload-offset"] = str(offset)
    with httpx.Client(trust_env=False, verify=False) as plain:  # it has no key
        return plain.post(url, content=data, headers=headers)


def upload(
    demo: Demo, data: bytes, mime_type: str = "application/pdf", **file: object
) -> JsonObject:
    url = start(demo, len(data), mime_type, **file).headers["x-goog-upload-url"]
    response = send(url, "upload, finalize", data, 0)
    assert response.headers["x-goog-upload-status"] == "final"
    return object_at(taken(response), "file")


def wait_for_state(demo: Demo, file: JsonObject, state: str) -> JsonObject:
    for _ in range(500):
        file = taken(demo.http.get(f"/{file['name']}"))
        if file["state"] == state:
            return file
        time.sleep(0.02)
    raise AssertionError(file)


# --- uploads --------------------------------------------------------------------------------------


def test_an_upload_gives_a_file_as_the_api_describes_it(demo: Demo) -> None:
    data = pdf("hello")
    file = upload(demo, data, display_name="größe.pdf")
    assert file["displayName"] == "größe.pdf"
    assert (file["mimeType"], file["sizeBytes"]) == ("application/pdf", str(len(data)))
    assert (file["state"], file["source"]) == ("ACTIVE", "UPLOADED")
    digest = base64.b64decode(string_at(file, "sha256Hash")).decode()
    assert digest == hashlib.sha256(data).hexdigest()
    assert file["uri"] == f"{demo.url}/v1beta/{file['name']}"
    assert string_at(file, "expirationTime") > string_at(file, "createTime")
    assert taken(demo.http.get(f"/{file['name']}")) == file


def test_pieces_make_the_whole(demo: Demo) -> None:
    data = os.urandom(2 * PIECE + 77)
    url = start(demo, len(data)).headers["x-goog-upload-url"]
    for at in (0, PIECE):
        response = send(url, "upload", data[at : at + PIECE], at)
        assert response.headers["x-goog-upload-status"] == "active"
        assert response.headers["x-goog-upload-size-received"] == str(at + PIECE)
    response = send(url, "upload, finalize", data[2 * PIECE :], 2 * PIECE)
    digest = base64.b64decode(string_at(object_at(taken(response), "file"), "sha256Hash"))
    assert digest.decode() == hashlib.sha256(data).hexdigest()


def test_query_says_how_much_has_come(demo: Demo) -> None:
    url = start(demo, PIECE + 5).headers["x-goog-upload-url"]
    assert send(url, "query").headers["x-goog-upload-size-received"] == "0"
    send(url, "upload", bytes(PIECE), 0)
    response = send(url, "query")
    assert response.headers["x-goog-upload-size-received"] == str(PIECE)
    assert response.headers["x-goog-upload-status"] == "active"
    send(url, "upload, finalize", bytes(5), PIECE)
    again = send(url, "query")
    assert again.headers["x-goog-upload-status"] == "final"
    assert object_at(taken(again), "file")["sizeBytes"] == str(PIECE + 5)


def test_what_came_of_a_broken_piece_stays(demo: Demo) -> None:
    import socket

    url = start(demo, PIECE * 2).headers["x-goog-upload-url"]
    path = url.removeprefix(demo.url)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nX-Goog-Upload-Command: upload\r\n"
        f"X-Goog-Upload-Offset: 0\r\nContent-Length: {PIECE}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", int(demo.url.rpartition(":")[2]))) as broken:
        broken.sendall(head.encode() + bytes(1000))
    received = 0
    for _ in range(200):
        received = int(send(url, "query").headers["x-goog-upload-size-received"])
        if received:
            break
        time.sleep(0.02)
    assert received == 1000
    response = send(url, "upload", bytes(PIECE), 1000)
    assert response.headers["x-goog-upload-size-received"] == str(1000 + PIECE)


@pytest.mark.parametrize(
    ("command", "data", "offset", "word"),
    [
        ("upload", bytes(PIECE), 5, "must begin at 0"),
        ("upload", bytes(PIECE), None, "must begin at 0"),
        ("upload", bytes(100), 0, "multiple"),
        ("upload", bytes(3 * PIECE), 0, "More bytes"),
        ("upload, finalize", bytes(PIECE), 0, "not whole"),
        ("finalize", b"", None, "not whole"),
        ("dance", b"", None, "no upload command"),
    ],
)
def test_a_wrong_piece_is_refused(
    demo: Demo, command: str, data: bytes, offset: int | None, word: str
) -> None:
    url = start(demo, 2 * PIECE).headers["x-goog-upload-url"]
    error = error_of(send(url, command, data, offset), 400)
    assert word in string_at(error, "message")
    assert error["status"] == "INVALID_ARGUMENT"


def test_a_cancelled_upload_is_gone(demo: Demo) -> None:
    url = start(demo, 10).headers["x-goog-upload-url"]
    assert send(url, "cancel").headers["x-goog-upload-status"] == "cancelled"
    error_of(send(url, "query"), 404)


@pytest.mark.parametrize(
    ("size", "mime_type", "file", "word"),
    [
        ((2 << 30) + 1, "video/mp4", {}, "too large"),
        (10, "nonsense", {}, "media type"),
        (10, "text/csv", {"name": "files/Not Allowed"}, "small letters"),
        (10, "text/csv", {"name": "files/-x"}, "small letters"),
        (10, "text/csv", {"display_name": "x" * 513}, "512"),
        (10, "text/csv", {"display_name": ["x"]}, "wrong type"),
    ],
)
def test_an_upload_that_cannot_be_is_refused_at_its_start(
    demo: Demo, size: int, mime_type: str, file: dict[str, object], word: str
) -> None:
    error = error_of(start(demo, size, mime_type, **file), 400)
    assert word in string_at(error, "message")


def test_an_upload_needs_the_key_only_at_its_start(demo: Demo, demo_url: str) -> None:
    nobody = Demo(demo_url, None)
    error_of(start(nobody, 10), 401)
    nobody.close()
    upload(demo, b"ten bytes.", "text/csv")


def test_a_name_can_be_chosen_once(demo: Demo) -> None:
    assert upload(demo, b"a,b", "text/csv", name="files/my-table")["name"] == "files/my-table"
    error = error_of(start(demo, 3, "text/csv", name="my-table"), 409)
    assert error["status"] == "ALREADY_EXISTS"


# --- states ---------------------------------------------------------------------------------------


def test_a_film_is_processed_before_it_can_be_used(demo: Demo) -> None:
    file = upload(demo, mp4(12.5), "video/mp4")
    assert file["state"] == "PROCESSING"
    block: JsonObject = {"type": "video", "uri": file["uri"], "mime_type": "video/mp4"}
    error = demo.refused(400, [block, text_block("how long is it?")])
    assert error["code"] == "failed_precondition"
    assert "not in an ACTIVE state" in string_at(error, "message")
    wait_for_state(demo, file, "ACTIVE")
    assert "12.5 seconds" in demo.text([block, text_block("how long is it?")])


def test_a_file_can_fail(demo: Demo) -> None:
    file = upload(demo, mp4(1), "video/mp4", display_name="demo-failed-file.mp4")
    assert "could not be processed" in string_at(
        object_at(wait_for_state(demo, file, "FAILED"), "error"), "message"
    )


def test_a_file_can_be_stuck(demo: Demo) -> None:
    file = upload(demo, mp4(1), "video/mp4", display_name="demo-stuck-file.mp4")
    time.sleep(1)
    assert taken(demo.http.get(f"/{file['name']}"))["state"] == "PROCESSING"


# --- the list -------------------------------------------------------------------------------------


def test_the_list_has_pages_and_shows_ones_own_files_only(demo_url: str) -> None:
    mine, other = Demo(demo_url, "a-key-with-files"), Demo(demo_url, "another-key")
    try:
        assert taken(mine.http.get("/files")) == {}
        names = [string_at(upload(mine, b"a,b", "text/csv"), "name") for _ in range(5)]
        foreign = upload(other, b"a,b", "text/csv")
        found: list[str] = []
        query = {"pageSize": "2"}
        while True:
            page = taken(mine.http.get("/files", params=query))
            found += [string_at(file, "name") for file in list_at(page, "files")]
            if "nextPageToken" not in page:
                break
            query["pageToken"] = string_at(page, "nextPageToken")
        assert found == names[::-1]
        error = error_of(mine.http.get(f"/{foreign['name']}"), 403)
        assert error["status"] == "PERMISSION_DENIED"
        error_of(mine.http.get("/files", params={"pageSize": "101"}), 400)
        error_of(mine.http.get("/files", params={"pageToken": "forged"}), 400)
    finally:
        mine.close()
        other.close()


def test_a_deleted_file_is_no_more(demo: Demo) -> None:
    file = upload(demo, pdf("hello"))
    assert taken(demo.http.delete(f"/{file['name']}")) == {}
    error_of(demo.http.get(f"/{file['name']}"), 403)
    error_of(demo.http.delete(f"/{file['name']}"), 403)
    block: JsonObject = {
        "type": "document", "uri": file["uri"], "mime_type": "application/pdf",
    }  # fmt: skip
    error = demo.refused(403, [block])
    assert error["code"] == "permission_denied"
    assert "may not exist" in string_at(error, "message")


def test_a_file_is_gone_after_its_time() -> None:
    now = 1000.0
    files = Files(Seals(1), 48 * 3600, lambda: now)
    data = Bytes()
    files.add("files/a", "key", "", "text/csv", data, "")
    now += 48 * 3600 - 1
    assert files.get("files/a", "key").as_json("http://x")["expirationTime"]
    assert files.find("http://127.0.0.1/v1beta/files/a", "key")
    now += 2
    assert files.find("http://127.0.0.1/v1beta/files/a", "key") is None


# --- in a question --------------------------------------------------------------------------------


def test_a_type_that_the_api_does_not_take_is_refused(demo: Demo) -> None:
    block: JsonObject = {"type": "document", "data": "AAAA", "mime_type": "application/zip"}
    error = demo.refused(400, [block])
    assert "Unsupported MIME type: application/zip" in string_at(error, "message")


def test_a_follow_up_looks_into_the_file_again(demo: Demo) -> None:
    file = upload(demo, pdf("The bridge opened in 1932.", "It is painted grey."))
    block: JsonObject = {
        "type": "document", "uri": file["uri"], "mime_type": "application/pdf",
    }  # fmt: skip
    first = demo.create([block, text_block("hello")])
    text = demo.text("which page says how it is painted?", previous_interaction_id=first["id"])
    assert "on page 2: “It is painted grey.”" in text


# --- tokens ---------------------------------------------------------------------------------------


def test_tokens_are_counted_in_the_older_form(demo: Demo) -> None:
    parts = [{"text": "x" * 40}, {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]
    body = {"contents": [{"role": "user", "parts": parts}]}
    counted = taken(demo.http.post(f"/models/{MODEL}:countTokens", json=body))
    assert number_at(counted, "totalTokens") == 10 + 258
    assert [d["modality"] for d in list_at(counted, "promptTokensDetails")] == ["TEXT", "IMAGE"]
    wrapped = {"generateContentRequest": {"model": f"models/{MODEL}", **body}}
    response = demo.http.post(f"/models/{MODEL}:countTokens", json=wrapped)
    assert read_object(response.text) == counted


@pytest.mark.parametrize(
    "body", [{}, [], {"contents": [{}]}, {"contents": [{"parts": [{}]}]}, {"contents": [3]}]
)
def test_what_cannot_be_counted_is_refused(demo: Demo, body: object) -> None:
    error_of(demo.http.post(f"/models/{MODEL}:countTokens", json=body), 400)
