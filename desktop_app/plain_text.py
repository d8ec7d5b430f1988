"""Text that is safe wherever it is pasted or opened; any level may import it."""

import re
from typing import Final

# What must not leave the program: terminal escapes, other controls, what has no width, and marks
# that turn the direction of what follows (reliability, section 1.5). Tags are kept where they make
# a flag.
_UNSAFE: Final = re.compile(
    r"(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)|"
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|"
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200a\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_HALF: Final = re.compile("[\ud800-\udfff]")


def plain_copy(text: str) -> str:
    """Make text safe to paste anywhere: line ends are LF, and nothing in it is invisible."""
    lines = text.replace("\u2029", "\n").replace("\u2028", "\n").replace("\u00a0", " ")
    lines = lines.replace("\r\n", "\n").replace("\r", "\n")
    return _HALF.sub("\ufffd", _UNSAFE.sub(r"\1", lines))
