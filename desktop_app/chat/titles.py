"""What a conversation is called until the person says otherwise."""

from typing import Final

from desktop_app.interactions.content import AttachmentContent, Content, TextContent

NEW_TITLE: Final = "New chat"
_TITLE_LENGTH: Final = 60


def title_of(content: tuple[Content, ...]) -> str:
    """Make a title of the first input: its first line, or the name of what was attached."""
    for block in content:
        if isinstance(block, TextContent) and block.text.strip():
            line = " ".join(block.text.strip().splitlines()[0].split())
            return line if len(line) <= _TITLE_LENGTH else f"{line[: _TITLE_LENGTH - 1].rstrip()}…"
    names = [block.name for block in content if isinstance(block, AttachmentContent)]
    return names[0][:_TITLE_LENGTH] if names else NEW_TITLE
