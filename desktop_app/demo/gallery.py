"""The pictures of all conversations, looked at once each."""

import asyncio
import base64
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from desktop_app.demo.files import Files
from desktop_app.demo.pictures import NotLookedAt, Picture, look
from desktop_app.demo.question import media_key
from desktop_app.interactions.content import ImageContent
from desktop_app.interactions.steps import Step, UserInputStep

_MOST_KEPT: Final = 500
_LARGEST: Final = 200_000_000


class Gallery:
    """Decodes pictures outside the event loop, one at a time, and remembers what they show."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known: OrderedDict[str, Picture | str] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def look_at(self, steps: Iterable[Step], owner: str) -> dict[str, Picture | str]:
        """Look at all pictures that the person put in: each by its key, described or the reason
        why it cannot be. `owner` is the key that uploaded files belong to.
        """
        found: dict[str, Picture | str] = {}
        for step in steps:
            if not isinstance(step, UserInputStep):
                continue
            for content in step.content or ():
                if isinstance(content, ImageContent):
                    found[media_key(content)] = await self._look(content, owner)
        return found

    async def _look(self, image: ImageContent, owner: str) -> Picture | str:
        file = self._files.find(image.uri, owner)
        if image.data is None and file is None:
            return "it is only a link, and this server is offline"
        key = media_key(image)
        async with self._one_at_a_time:
            if key not in self._known:
                if file is None:
                    data = base64.b64decode(image.data or "")
                elif file.data.size > _LARGEST:
                    return "it is too large for the demo"
                else:
                    data = await asyncio.to_thread(file.data.read_at, 0, file.data.size)
                try:
                    self._known[key] = await asyncio.to_thread(look, data)
                except NotLookedAt as reason:
                    self._known[key] = str(reason)
                if len(self._known) > _MOST_KEPT:
                    self._known.popitem(last=False)
            self._known.move_to_end(key)
            return self._known[key]
