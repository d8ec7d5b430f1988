"""The media types that the API takes, by the kind of content block (specification, section 4)."""

from typing import Final

IMAGE_TYPES: Final = tuple(
    f"image/{name}" for name in ("png", "jpeg", "webp", "heic", "heif", "gif", "bmp", "tiff")
)
AUDIO_TYPES: Final = tuple(
    f"audio/{name}"
    for name in (
        *("wav", "mp3", "aiff", "aac", "ogg", "flac", "mpeg", "m4a", "l16", "opus", "alaw"),
        *("mulaw", "webm"),
    )
)
VIDEO_TYPES: Final = tuple(
    f"video/{name}" for name in ("mp4", "mpeg", "mpg", "mov", "avi", "x-flv", "webm", "wmv", "3gpp")
)

PDF: Final = "application/pdf"
CSV: Final = "text/csv"
_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_ODF: Final = "application/vnd.oasis.opendocument."
DOCX: Final = f"{_OOXML}wordprocessingml.document"
DOTX: Final = f"{_OOXML}wordprocessingml.template"
XLSX: Final = f"{_OOXML}spreadsheetml.sheet"
PPTX: Final = f"{_OOXML}presentationml.presentation"
ODT: Final = f"{_ODF}text"
ODS: Final = f"{_ODF}spreadsheet"
ODP: Final = f"{_ODF}presentation"
DOC: Final = "application/msword"
XLS: Final = "application/vnd.ms-excel"
PPT: Final = "application/vnd.ms-powerpoint"
DOCUMENT_TYPES: Final = (PDF, CSV, DOCX, DOTX, XLSX, PPTX, ODT, ODS, ODP, DOC, XLS, PPT)

MEDIA_TYPES: Final = {
    "image": IMAGE_TYPES,
    "audio": AUDIO_TYPES,
    "video": VIDEO_TYPES,
    "document": DOCUMENT_TYPES,
}
