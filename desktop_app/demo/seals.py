"""Everything opaque that the server hands out, made from one seed.

With the same seed and the same order of requests, ids, signatures and tokens are the same again.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Final, TypeVar

_T = TypeVar("_T")
_LABEL_BYTES: Final = 36
_CALL_ID_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


class Seals:
    """Makes ids, thought signatures and tokens, and knows its own signatures again.

    `seed` is any whole number; without one everything is different at every start.
    """

    def __init__(self, seed: int | None) -> None:
        word = os.urandom(16).hex() if seed is None else str(seed)
        self._secret = hashlib.sha256(f"castor demo {word}".encode()).digest()
        self._interactions = 0
        self._files = 0

    def interaction_id(self) -> str:
        """Name the next interaction (section 2: `v1_…`, opaque)."""
        self._interactions += 1
        digest = self._digest("interaction", str(self._interactions))
        return "v1_" + base64.urlsafe_b64encode(digest[:21]).decode("ascii")

    def file_id(self) -> str:
        """Name the next file: twelve small letters and digits."""
        self._files += 1
        digest = self._digest("file", str(self._files))
        return "".join(_CALL_ID_LETTERS[byte % len(_CALL_ID_LETTERS)] for byte in digest[:12])

    def upload_id(self, file_id: str) -> str:
        """Name the upload of a file: who knows it may send its bytes, without a key."""
        return base64.urlsafe_b64encode(self._digest("upload", file_id)).decode("ascii").strip("=")

    def event_id(self, interaction_id: str, number: int) -> str:
        """Name event `number` of an interaction."""
        digest = self._digest("event", interaction_id, str(number))
        return base64.urlsafe_b64encode(digest[:12]).decode("ascii")

    def call_id(self, interaction_id: str, number: int) -> str:
        """Name call `number` of a tool: eight small letters and digits."""
        digest = self._digest("call", interaction_id, str(number))
        return "".join(_CALL_ID_LETTERS[byte % len(_CALL_ID_LETTERS)] for byte in digest[:8])

    def continuation_token(self, interaction_id: str) -> str:
        """Make the token with which the rest of an interaction's answer is asked for."""
        digest = self._digest("continuation", interaction_id)
        return "ct_" + base64.b64encode(digest[:24]).decode("ascii")

    def page_token(self, offset: int) -> str:
        """Make the token of a page of a list that begins at `offset`."""
        seal = self._digest("page", str(offset))[:6]
        return base64.urlsafe_b64encode(offset.to_bytes(3, "big") + seal).decode("ascii")

    def page_offset(self, token: str) -> int | None:
        """Say where the page begins; `None` for a token that was not made here."""
        try:
            offset = int.from_bytes(base64.urlsafe_b64decode(token.encode())[:3], "big")
        except ValueError:
            return None
        return offset if token == self.page_token(offset) else None

    def signature(self, *names: str) -> str:
        """Sign a thought or a call of a tool: base64, and only this server can make it."""
        label = self._digest("signature", *names) + b"demo"
        return base64.b64encode(label + self._digest_of(label)).decode("ascii")

    def is_own_signature(self, signature: str) -> bool:
        """Whether a signature was made here and came back as it was."""
        try:
            data = base64.b64decode(signature, validate=True)
        except ValueError:
            return False
        label, seal = data[:_LABEL_BYTES], data[_LABEL_BYTES:]
        return hmac.compare_digest(seal, self._digest_of(label))

    def choose(self, key: str, options: Sequence[_T]) -> _T:
        """Choose one of `options`, always the same for the same seed and key."""
        return options[self.number(key) % len(options)]

    def number(self, key: str) -> int:
        """Give a whole number below 2³², always the same for the same seed and key."""
        return int.from_bytes(self._digest("choose", key)[:4], "big")

    def _digest(self, *words: str) -> bytes:
        return self._digest_of("\0".join(words).encode("utf-8", "replace"))

    def _digest_of(self, data: bytes) -> bytes:
        return hmac.new(self._secret, data, hashlib.sha256).digest()
