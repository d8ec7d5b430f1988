"""What is handed to the database's thread."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

import apsw

T = TypeVar("T")


class Job(Generic[T]):
    """A function to run on the connection, in a transaction or not, and where its result goes.

    `first` says that it may find a damaged history and have it mended, `forgotten` that nobody
    waits for it.
    """

    def __init__(
        self, work: Callable[[apsw.Connection], T], *, write: bool, first: bool = False
    ) -> None:
        self.work = work
        self.write = write
        self.first = first
        self.forgotten = False
        self.future: Future[T] = Future()
