"""What the command line asks the window for is done while everything else goes on."""

import asyncio
from pathlib import Path

from PySide6.QtGui import QImage

from desktop_app.arguments import Arguments
from desktop_app.chat.typesetting import Typesetter
from desktop_app.ui.errand import Errand
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.formulas import Formulas
from tests.conftest import LoopFactory
from tests.ui.windows import NOWHERE, main_window
from tests.world import World


async def test_a_picture_is_taken_while_other_tasks_go_on(
    theme: Theme, loop_factory: LoopFactory, tmp_path: Path
) -> None:
    steps = 0

    async def count() -> None:
        nonlocal steps
        while True:
            steps += 1
            await asyncio.sleep(0)

    shot = tmp_path / "shot.png"
    async with World(tmp_path, NOWHERE) as w, main_window(w, theme) as window:
        w.use_key()
        arguments = Arguments(screenshot=shot)
        errand = Errand(
            arguments, window, w.library, w.preferences, w.attachments, w.tasks, theme.formulas
        )
        counting = asyncio.create_task(count())

        assert await errand.run(asyncio.Event()) == 0

        after = steps
        await asyncio.sleep(0.01)
        assert steps > after
        counting.cancel()
        await asyncio.wait([counting])
        assert QImage(str(shot)).size() == window.size()


async def test_the_picture_waits_for_formulas(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    typesetter = Typesetter()
    formulas = Formulas(typesetter)
    shot = tmp_path / "shot.png"
    async with World(tmp_path, NOWHERE) as w, main_window(w, theme) as window:
        w.use_key()
        arguments = Arguments(screenshot=shot)
        errand = Errand(
            arguments, window, w.library, w.preferences, w.attachments, w.tasks, formulas
        )
        formulas.size_of("x", True, 14)
        assert formulas.is_waiting
        assert await errand.run(asyncio.Event()) == 0
        assert formulas.size_of("x", True, 14) is not None
    typesetter.close()
