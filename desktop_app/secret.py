"""A string that never shows itself; any level may import it."""

from typing import NoReturn


class Secret:
    """Keeps the API key out of every repr, format, pickle, log line and crash report.

    The text is read through `reveal()` only, at the one place that puts it on the wire or into
    the keychain (reliability: key in logs, errors, disk).
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text; the caller must not store or print it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return format("***", format_spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")

    __getstate__ = __reduce__
