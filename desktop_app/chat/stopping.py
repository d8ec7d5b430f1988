"""Stops at the server what runs there in the background and was stopped here.

Only such a run can be cancelled; one in the foreground may be finished there unseen.
"""

import asyncio
import logging
from typing import Final

from desktop_app.chat.connection import Connection
from desktop_app.chat.taking_up import RUNNING
from desktop_app.gemini.errors import GeminiError
from desktop_app.interactions.interaction import Interaction

log = logging.getLogger(__name__)

_LAG_SECONDS: Final = (1.0, 3.0)
"""The status may lag a little before it says that the run is cancelled (specification, 2)."""


async def stop_at_server(turn: Interaction, connection: Connection) -> bool:
    """Cancel a run, and take to the turn what became of it; `False` where that is not known."""
    assert turn.id is not None
    try:
        client = connection.client_of(turn.origin)
        snapshot = await client.cancel(turn.id)
        for seconds in _LAG_SECONDS:
            if snapshot.interaction.status not in RUNNING:
                break
            await asyncio.sleep(seconds)
            snapshot = await client.get(turn.id)
    except GeminiError as error:
        log.info("the run could not be cancelled at the server: %s", error.code)
        return False
    if snapshot.interaction.status in RUNNING:
        return False
    turn.apply(snapshot)
    return True
