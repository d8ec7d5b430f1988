"""One demo server for all tests here: as fast as possible, with a seed."""

import gc
from collections.abc import Iterator

import pytest

from tests.conformance.sdk import Sdk
from tests.demo.calling import Demo
from tests.demo.process import demo_process


@pytest.fixture(autouse=True, scope="module")
def _the_sdk_is_not_searched_for_garbage() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction] - pytest finds it
    """Every async test collects garbage at its end; the SDK's classes would make that 0.1 s."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="session")
def demo_url() -> Iterator[str]:
    with demo_process("--port", "0", "--tokens-per-second", "0", "--seed", "1") as demo:
        yield demo.url


@pytest.fixture
def demo(demo_url: str) -> Iterator[Demo]:
    client = Demo(demo_url)
    yield client
    client.close()


@pytest.fixture(scope="session")
def sdk(demo_url: str) -> Iterator[Sdk]:
    client = Sdk(demo_url)
    yield client
    client.close()
