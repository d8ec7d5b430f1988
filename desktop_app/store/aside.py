"""The draft of a new chat, while a second start has its composer for a question of its own.

It is on the disk all the time: where it belongs, or aside.
"""

from typing import Final

import apsw

from desktop_app.store.conversations import load_draft, save_draft
from desktop_app.store.rows import Draft

_ASIDE: Final = "aside"
"""Whose draft it is meanwhile; no conversation's key is like it."""


def set_draft_aside(db: apsw.Connection) -> Draft:
    """Make the new chat's composer empty for a while; return what stood in it."""
    draft = load_draft(db, "")
    if draft != Draft():
        save_draft(db, _ASIDE, _joined(load_draft(db, _ASIDE), draft))
        save_draft(db, "", Draft())
    return draft


def keep_aside(db: apsw.Connection, draft: Draft) -> None:
    """Let this be aside: something was written meanwhile."""
    save_draft(db, _ASIDE, draft)


def put_draft_back(db: apsw.Connection, draft: Draft) -> None:
    """Let this stand in the new chat's composer, with which what was set aside is back."""
    save_draft(db, "", draft)
    save_draft(db, _ASIDE, Draft())


def recover_draft(db: apsw.Connection) -> None:
    """Bring back what was still aside when the program ended: at the start."""
    aside = load_draft(db, _ASIDE)
    if aside != Draft():
        put_draft_back(db, _joined(aside, load_draft(db, "")))


def _joined(first: Draft, second: Draft) -> Draft:
    texts = [text for text in (first.text, second.text) if text.strip()]
    files = {one.sha256: one for one in (*second.attachments, *first.attachments)}
    return Draft("\n\n".join(texts), tuple(files.values()))
