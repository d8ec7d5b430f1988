"""The documents, sounds and films of all conversations, read once each."""

import asyncio
import base64
import io
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from desktop_app.demo.files import Files
from desktop_app.demo.question import media_key
from desktop_app.demo.reading import NotRead, Reading, read
from desktop_app.interactions.content import ImageContent, MediaContent
from desktop_app.interactions.steps import Step, UserInputStep

_MOST_KEPT: Final = 100


class Shelf:
    """Reads files outside the event loop, one at a time, and remembers what is in them."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known: OrderedDict[str, Reading | str] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def read(self, steps: Iterable[Step], owner: str) -> dict[str, Reading | str]:
        """Read all that the person put in besides pictures: each by its key, read or the reason
        why it cannot be. `owner` is the key that uploaded files belong to.
        """
        found: dict[str, Reading | str] = {}
        for step in steps:
            if not isinstance(step, UserInputStep):
                continue
            for content in step.content or ():
                if isinstance(content, MediaContent) and not isinstance(content, ImageContent):
                    found[media_key(content)] = await self._read(content, owner)
        return found

    async def _read(self, media: MediaContent, owner: str) -> Reading | str:
        file = self._files.find(media.uri, owner)
        if media.data is None and file is None:
            return "it is only a link, and this server is offline"
        kind = media.mime_type or ""
        key = f"{media_key(media)} {kind}"
        async with self._one_at_a_time:
            if key not in self._known:
                if file is None:
                    data = base64.b64decode(media.data or "")
                    source, size = io.BytesIO(data), len(data)
                else:
                    source, size = file.data.reader(), file.data.size
                try:
                    self._known[key] = await asyncio.to_thread(read, source, kind, size)
                except NotRead as reason:
                    self._known[key] = str(reason)
                if len(self._known) > _MOST_KEPT:
                    self._known.popitem(last=False)
            self._known.move_to_end(key)
            return self._known[key]
