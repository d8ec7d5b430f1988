"""One demo server for all tests here: as fast as possible, with a seed."""

from collections.abc import Iterator

import pytest

from tests.demo.calling import Demo
from tests.demo.process import demo_process


@pytest.fixture(scope="session")
def demo_url() -> Iterator[str]:
    with demo_process("--port", "0", "--tokens-per-second", "0", "--seed", "1") as demo:
        yield demo.url


@pytest.fixture
def demo(demo_url: str) -> Iterator[Demo]:
    client = Demo(demo_url)
    yield client
    client.close()
