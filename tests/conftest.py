"""What every test may count on: no network but this computer's, no real profile, nothing left."""

import asyncio
import gc
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

DATA = Path(__file__).parent / "data"

settings.register_profile(
    "ci", deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "nightly", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def _refuse_the_network(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and address and address[0] not in ("127.0.0.1", "::1"):
        raise AssertionError(f"a test tried to reach {address!r}")


sys.addaudithook(_refuse_the_network)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an `async def` test on the loop of its `loop_factory` fixture, else on asyncio's own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    factory = cast("LoopFactory | None", pyfuncitem.funcargs.get("loop_factory"))

    async def run() -> None:
        await asyncio.wait_for(pyfuncitem.obj(**arguments), 60)
        gc.collect()
        left = await _tasks_left()
        assert not left, f"the test left tasks behind: {left}"

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(run())
    return True


async def _tasks_left() -> set[asyncio.Task[object]]:
    """What still runs. Dropped generators are closed by tasks, one for each that holds another."""
    ours = {asyncio.current_task()}
    for _ in range(100):
        if asyncio.all_tasks() == ours:
            break
        await asyncio.sleep(0.005)
    return asyncio.all_tasks() - ours


@pytest.fixture(autouse=True)
def _no_environment_of_the_developer(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))


@pytest.fixture(autouse=True)
def _nothing_of_qt_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves top-level widgets or running timers behind (as napari does)."""
    if "qapp" not in request.fixturenames:
        yield
        return
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer
    from PySide6.QtWidgets import QApplication

    before = set(map(id, QApplication.topLevelWidgets()))
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    left = [w for w in QApplication.topLevelWidgets() if id(w) not in before and w.isVisible()]
    assert not left, f"the test left windows open: {left}"
    timers = [t for t in gc.get_objects() if isinstance(t, QTimer) and _is_running(t)]
    assert not timers, f"the test left timers running: {timers}"


def _is_running(timer: object) -> bool:
    from PySide6.QtCore import QTimer
    from shiboken6 import isValid

    return isinstance(timer, QTimer) and isValid(timer) and timer.isActive()
