"""Print, and Save as PDF: asks where to, shows how far it is, and says how it ended."""

import os
import re
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLocale, QMarginsF, QObject, QStandardPaths, QTimer
from PySide6.QtGui import QImage, QPagedPaintDevice, QPageLayout, QPageSize, QPdfWriter
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.chat.notices import Notice, NoticeBoard, NoticeKind
from desktop_app.chat.session import ChatSession
from desktop_app.interactions.content import AttachmentContent
from desktop_app.ui.actions import Actions
from desktop_app.ui.dialogs.printing_dialog import PrintingDialog
from desktop_app.ui.printing.job import PrintJob
from desktop_app.ui.printing.text_layer import mend_text_layer
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.pictures import ThumbnailSource
