"""Everything in gemini runs on asyncio's own loop and on Castor's."""

import pytest

from tests.conftest import LoopFactory


@pytest.fixture(params=["asyncio", "castor"])
def loop_factory(request: pytest.FixtureRequest) -> LoopFactory | None:
    if request.param == "asyncio":
        return None
    from desktop_app.eventloop import EventLoop

    application = request.getfixturevalue("qapp")
    return lambda: EventLoop(application)
