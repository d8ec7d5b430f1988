"""`override` for Python 3.11, where `typing` does not have it yet; costs nothing at run time."""

from typing import TYPE_CHECKING

__all__ = ["override"]

if TYPE_CHECKING:
    from typing_extensions import override
else:

    def override(method):
        """Mark a method that replaces one of its base class, for the type checker."""
        return method
