"""The official SDK uploads files to the demo, uses, lists and deletes them, and counts tokens."""

import base64
import hashlib
import io
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from google.genai import errors, types

from desktop_app.gemini.client import GeminiClient
from desktop_app.interactions.content import DocumentContent, TextContent
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.jsonvalue import JsonObject
from tests.conformance.client import interaction_of
from tests.conformance.sdk import Sdk, assert_known
from tests.demo.calling import output_text, text_block
from tests.documents import mp4, pdf

BRIDGE = pdf("The bridge opened in 1932.", "It was painted grey.")


@pytest.fixture
def fresh(demo_url: str) -> Iterator[Sdk]:
    """The SDK with a key that has no files yet."""
    client = Sdk(demo_url, key=f"sdk-{os.urandom(8).hex()}")
    yield client
    client.close()


def known(file: types.File) -> types.File:
    assert_known(file)
    return file


def upload(sdk: Sdk, data: bytes | Path, **config: object) -> types.File:
    source = str(data) if isinstance(data, Path) else io.BytesIO(data)
    made = cast("Callable[..., types.UploadFileConfig]", types.UploadFileConfig)(**config)
    return known(sdk.client.files.upload(file=source, config=made))


def test_the_sdk_uploads_a_file_of_the_disk_in_several_pieces(sdk: Sdk, tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    data = BRIDGE + os.urandom(17_000_000)
    path.write_bytes(data)
    file = upload(sdk, path, display_name="A large one")
    assert file.display_name == "A large one"
    assert file.mime_type == "application/pdf"
    assert file.size_bytes == len(data)
    assert file.state is types.FileState.ACTIVE
    assert file.source is types.FileSource.UPLOADED
    digest = base64.b64decode(file.sha256_hash or "").decode()
    assert digest == hashlib.sha256(data).hexdigest()
    assert file.expiration_time is not None
    assert file.create_time is not None
    assert (file.expiration_time - file.create_time).total_seconds() == 48 * 3600


def test_the_sdk_asks_about_its_file(sdk: Sdk) -> None:
    file = upload(sdk, BRIDGE, mime_type="application/pdf")
    block: JsonObject = {"type": "document", "uri": file.uri or "", "mime_type": "application/pdf"}
    answer = sdk.create([block, text_block("When was the bridge opened?")])
    assert "on page 1: “The bridge opened in 1932.”" in output_text(answer)


def test_the_sdk_names_lists_reads_and_deletes(fresh: Sdk) -> None:
    files = fresh.client.files
    assert list(files.list()) == []
    sent = [upload(fresh, BRIDGE, mime_type="application/pdf") for _ in range(4)]
    named = upload(fresh, BRIDGE, mime_type="application/pdf", name=f"my-{os.urandom(6).hex()}")
    listed = [known(file) for file in files.list(config={"page_size": 2})]
    assert [file.name for file in listed] == [file.name for file in (named, *sent[::-1])]
    assert known(files.get(name=named.name or "")) == named
    for file in listed:
        files.delete(name=file.name or "")
    assert list(files.list()) == []
    with pytest.raises(errors.ClientError) as caught:
        files.get(name=named.name or "")
    assert (caught.value.code, caught.value.status) == (403, "PERMISSION_DENIED")


def test_the_sdk_waits_for_a_film(sdk: Sdk) -> None:
    file = upload(sdk, mp4(3), mime_type="video/mp4")
    assert file.state is types.FileState.PROCESSING
    while file.state is types.FileState.PROCESSING:
        time.sleep(0.05)
        file = known(sdk.client.files.get(name=file.name or ""))
    assert file.state is types.FileState.ACTIVE


def test_the_sdk_is_told_that_a_file_failed(sdk: Sdk) -> None:
    file = upload(sdk, mp4(3), mime_type="video/mp4", display_name="demo-failed-file")
    while file.state is types.FileState.PROCESSING:
        time.sleep(0.05)
        file = known(sdk.client.files.get(name=file.name or ""))
    assert file.state is types.FileState.FAILED
    assert file.error is not None
    assert file.error.message == "The file could not be processed."


def test_the_sdk_is_refused_in_the_form_it_knows(sdk: Sdk) -> None:
    with pytest.raises(errors.ClientError) as caught:
        upload(sdk, BRIDGE, mime_type="nonsense")
    assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")


def test_the_sdk_counts_tokens(sdk: Sdk) -> None:
    counted = sdk.client.models.count_tokens(model="demo-model", contents="x" * 40)
    assert_known(counted)
    assert counted.total_tokens == 10


async def test_castor_uses_what_the_sdk_uploaded_and_the_sdk_what_castor_did(
    demo_url: str, fresh: Sdk
) -> None:
    key = fresh.client._api_client.api_key or ""

    async def read(offset: int, count: int) -> bytes:
        return BRIDGE[offset : offset + count]

    theirs = upload(fresh, BRIDGE, mime_type="application/pdf", display_name="theirs.pdf")
    async with GeminiClient(key, demo_url) as client:
        ours = await client.upload(read, len(BRIDGE), "application/pdf", "ours.pdf")
        assert [file.display_name for file in await client.files()] == ["ours.pdf", "theirs.pdf"]
        block = DocumentContent(uri=theirs.uri, mime_type=theirs.mime_type)
        question = TextContent("What was painted?")
        request = InteractionRequest(model="demo-model", input=(block, question))
        answer = await interaction_of(client, request)
        assert "“It was painted grey.”" in answer.output_text
    listed = {file.display_name: known(file) for file in fresh.client.files.list()}
    assert listed["ours.pdf"].sha256_hash == listed["theirs.pdf"].sha256_hash
    assert ours.sha256 == hashlib.sha256(BRIDGE).hexdigest()
