"""Reads of a certificate what a person may want to know when it is not trusted.

Only that: whether it is trusted is for the operating system to say, before anything is sent.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_SEQUENCE: Final = 0x30
_SET: Final = 0x31
_VERSION: Final = 0xA0
_TIMES: Final = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}
_TEXTS: Final = {
    0x0C: "utf-8",
    0x13: "ascii",
    0x14: "latin-1",
    0x16: "ascii",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}
_NAMES: Final = (b"\x55\x04\x03", b"\x55\x04\x0a", b"\x55\x04\x0b")
"""What somebody is called by, best first: common name, organisation, unit of it."""

_LONGEST_NAME: Final = 80


@dataclass(frozen=True)
class Certificate:
    """Who it is for, who issued it, and when it is valid; the names may be empty."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime


def read_certificate(der: bytes) -> Certificate:
    """Read a certificate (RFC 5280, section 4.1). Raises `ValueError` where it is none."""
    certificate, _ = _take(der, _SEQUENCE)
    body, _ = _take(certificate, _SEQUENCE)
    if body[:1] == bytes([_VERSION]):
        _, body = _take(body)
    _serial, body = _take(body)
    _algorithm, body = _take(body)
    issuer, body = _take(body, _SEQUENCE)
    validity, body = _take(body, _SEQUENCE)
    subject, _ = _take(body, _SEQUENCE)
    begin, end = _time(validity)
    return Certificate(_name(subject), _name(issuer), begin, end)


def _take(data: bytes, tag: int | None = None) -> tuple[bytes, bytes]:
    """Take the first element, which must have this tag: its contents, and what follows it."""
    if len(data) < 2 or (tag is not None and data[0] != tag):
        raise ValueError("this is no certificate")
    length, at = data[1], 2
    if length >= 0x80:
        at += length - 0x80
        length = int.from_bytes(data[2:at], "big")
    if at + length > len(data):
        raise ValueError("the certificate is cut off")
    return data[at : at + length], data[at + length :]


def _time(validity: bytes) -> tuple[datetime, datetime]:
    times: list[datetime] = []
    while validity:
        form = _TIMES.get(validity[0], "")
        text, validity = _take(validity)
        moment = datetime.strptime(text.decode("ascii"), form).replace(tzinfo=UTC)
        if form.startswith("%y") and moment.year >= 2050:
            moment = moment.replace(year=moment.year - 100)  # two digits: 1950 to 2049
        times.append(moment)
    if len(times) != 2:
        raise ValueError("the certificate does not say when it is valid")
    return times[0], times[1]


def _name(sets: bytes) -> str:
    """What the subject or issuer is called; of several common names the last is the closest."""
    found: dict[bytes, str] = {}
    while sets:
        one, sets = _take(sets, _SET)
        while one:
            pair, one = _take(one, _SEQUENCE)
            kind, rest = _take(pair)
            if rest and rest[0] in _TEXTS:
                text, _ = _take(rest)
                found[kind] = text.decode(_TEXTS[rest[0]], "replace")
    text = next((found[kind] for kind in _NAMES if found.get(kind)), "")
    plain = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(plain.split())[:_LONGEST_NAME]
