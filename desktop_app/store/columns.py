"""The types that rows come back with. Others are damage: the schema lets nobody write them."""

from collections.abc import Sequence
from types import NoneType
from typing import Final

from desktop_app.store.errors import DatabaseDamaged

TEXT: Final = str
INTEGER: Final = int
REAL: Final = (float, int)
BLOB: Final = bytes
TEXT_OR_NULL: Final = (str, NoneType)
INTEGER_OR_NULL: Final = (int, NoneType)
REAL_OR_NULL: Final = (float, int, NoneType)

Types = tuple[type | tuple[type, ...], ...]

# In the order in which `conversations` asks for them.
CONVERSATION: Final[Types] = (
    *(TEXT, TEXT, TEXT, INTEGER, INTEGER, TEXT_OR_NULL, TEXT_OR_NULL, TEXT_OR_NULL),
    *(REAL, REAL, INTEGER, REAL_OR_NULL),
)
INTERACTION: Final[Types] = (
    *(TEXT, TEXT, TEXT_OR_NULL, TEXT_OR_NULL, TEXT_OR_NULL, TEXT, TEXT, INTEGER, TEXT, TEXT),
    *(TEXT, TEXT_OR_NULL, TEXT_OR_NULL, REAL, TEXT, INTEGER, INTEGER, INTEGER),
)
STEP: Final[Types] = (*(INTEGER, INTEGER_OR_NULL, TEXT, TEXT, INTEGER, REAL_OR_NULL, TEXT_OR_NULL),)


def expect(row: Sequence[object], types: Types) -> None:
    """Raise `DatabaseDamaged` where a value of a row has another type than its column."""
    if not all(map(isinstance, row, types)):
        raise DatabaseDamaged("The history is damaged: a row of it is none.")
