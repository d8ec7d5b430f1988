"""The Files API: uploads, and what became of them (specification, section 3).

A file's name on this computer goes into JSON only, never into a header (reliability, section 1.2).
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from desktop_app.gemini import wire
from desktop_app.gemini.errors import (
    KEPT,
    FileNotReady,
    GeminiError,
    InvalidRequest,
    ProtocolError,
)
from desktop_app.gemini.server_file import FileState, ServerFile, read_file, read_files
from desktop_app.gemini.stream import read_body
from desktop_app.gemini.upload import (
    Caller,
    FileReader,
    OnProgress,
    Upload,
    UploadLost,
    check_file,
    check_upload_url,
    may_pass,
    wait_after,
)

MOST_BYTES: Final = 2_000_000_000
"""The largest file that the server takes (specification, section 13)."""

READY_SECONDS: Final = 600.0
_JSON_LIMIT: Final = 1 << 20
_CALL_TIMEOUT: Final = 60.0
_MOST_STARTS: Final = 3
_MOST_TRIES: Final = 4
"""How often one start is tried; a server that is not there is soon said to be so."""

_POLLS: Final = (0.5, 1.0, 2.0)
_POLL: Final = 5.0
_MOST_PAGES: Final = 100
_LONGEST_NAME: Final = 512


class FilesApi:
    """Uploads, lists and deletes files at one server.

    `root` is the address of the API with its version, `upload_root` that of uploads.
    """

    def __init__(self, caller: Caller, root: str, upload_root: str) -> None:
        self._caller = caller
        self._root = root
        self._upload_root = upload_root
        self._broken_off: dict[tuple[str, str], str] = {}

    # --- what became of files -----------------------------------------------------------------

    async def list_all(self) -> list[ServerFile]:
        """List all files of this key, the newest first as the server has them."""
        found: list[ServerFile] = []
        query = {"pageSize": "100"}
        for _ in range(_MOST_PAGES):
            files, token = read_files(await self._call("GET", f"{self._root}/files", query))
            found.extend(files)
            if token is None:
                break
            query["pageToken"] = token
        return found

    async def get(self, name: str) -> ServerFile:
        """Read what became of a file, by its name `files/…`."""
        file = read_file(await self._call("GET", self._url(name)))
        return check_file(file, self._caller.origin)

    async def delete(self, name: str) -> None:
        """Delete a file at the server."""
        await self._call("DELETE", self._url(name))

    async def until_ready(self, file: ServerFile, seconds: float = READY_SECONDS) -> ServerFile:
        """Ask until a file can be used. Raises `FileNotReady`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        waits = iter(_POLLS)
        while file.state is FileState.PROCESSING:
            wait = next(waits, _POLL)
            if loop.time() + wait > deadline:
                raise FileNotReady(
                    f"The server is still not done with {_called(file)} after {_minutes(seconds)}.",
                    f"{KEPT} Try again in a while.",
                    code="file_not_ready",
                )
            await asyncio.sleep(wait)
            file = await self.get(file.name)
        if file.state is FileState.FAILED:
            raise FileNotReady(
                f"The server could not process {_called(file)}.",
                f"{KEPT} Check that the file opens on this computer, or send another one.",
                code="file_failed",
                server_message=file.error,
            )
        return file

    # --- uploading ----------------------------------------------------------------------------

    async def upload(
        self,
        read: FileReader,
        size: int,
        mime_type: str,
        display_name: str = "",
        on_progress: OnProgress | None = None,
        *,
        identity: str = "",
    ) -> ServerFile:
        """Upload a file, however often the connection breaks on the way.

        `identity` names the bytes, such as their digest: an upload of them that was broken off or
        stopped earlier goes on where it was. The file may still be processed by the server
        afterwards: see `until_ready`.
        """
        if size > MOST_BYTES:
            raise InvalidRequest(
                "The file is too large: the server takes 2 GB at most.", KEPT, code="too_large"
            )
        on_progress = on_progress or _nobody
        earlier = self._broken_off.pop((identity, mime_type), "")
        for _ in range(_MOST_STARTS):
            url = earlier or await self._start(size, mime_type, display_name)
            upload = Upload(self._caller, url, read, size, on_progress)
            try:
                return check_file(await upload.run(begun=bool(earlier)), self._caller.origin)
            except UploadLost:
                earlier = ""
            except BaseException:
                if identity:
                    self._broken_off[identity, mime_type] = url
                raise
        raise ProtocolError(
            "The server lost the upload again and again.",
            f"{KEPT} Try again.",
            code="upload_lost",
        )

    async def _start(self, size: int, mime_type: str, display_name: str) -> str:
        file: dict[str, str | int] = {"mime_type": mime_type, "size_bytes": size}
        if display_name:
            file["display_name"] = display_name[:_LONGEST_NAME]
        text = json.dumps({"file": file}, ensure_ascii=False).encode("utf-8", "replace")
        for attempt in range(_MOST_TRIES):
            request = self._caller.request(
                "POST", f"{self._upload_root}/files", body=wire.Body((text,))
            )
            request.headers.update(
                {
                    "X-Goog-Upload-Protocol": "resumable",
                    "X-Goog-Upload-Command": "start",
                    "X-Goog-Upload-Header-Content-Length": str(size),
                    "X-Goog-Upload-Header-Content-Type": mime_type,
                }
            )
            try:
                response = await self._caller.open(request, _CALL_TIMEOUT)
            except GeminiError as error:
                if not may_pass(error) or attempt + 1 == _MOST_TRIES:
                    raise
                await wait_after(error, attempt)
                continue
            await response.aclose()
            return check_upload_url(
                response.headers.get("x-goog-upload-url", ""), self._caller.origin
            )
        raise AssertionError("the last failure is raised")

    def _url(self, name: str) -> str:
        return f"{self._root}/files/{quote(name.removeprefix('files/'), safe='')}"

    async def _call(self, method: str, url: str, query: Mapping[str, str] | None = None) -> bytes:
        request = self._caller.request(method, url, query=query)
        response = await self._caller.open(request, _CALL_TIMEOUT)
        try:
            return await read_body(response, _JSON_LIMIT, _CALL_TIMEOUT)
        finally:
            await response.aclose()


def _nobody(_sent: int, _total: int) -> None:
    pass


def _called(file: ServerFile) -> str:
    return f"“{file.display_name}”" if file.display_name else "the file"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"
