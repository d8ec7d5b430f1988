"""Formats of tables, and how the pieces of a long one become one table to look at."""

from typing import Final, cast

from PySide6.QtGui import (
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
    QTextTableCellFormat,
    QTextTableFormat,
)

from desktop_app.markdown.blocks import Table

CELL_PADDING: Final = 12
CELL_ABOVE: Final = 3
CELL_BELOW: Final = 7
"""Rows are 32 high. Text stands at the foot of its line of 22, so there is less above it."""


def table_format(block: Table, left: float, above: float, below: float) -> QTextTableFormat:
    """Make the format of a table with these margins."""
    form = QTextTableFormat()
    form.setBorder(0)
    form.setCellSpacing(0)
    form.setCellPadding(0)
    form.setLeftMargin(left)
    form.setTopMargin(0 if block.continues else above)
    form.setBottomMargin(below)  # the next block's own is not heeded
    form.setPosition(QTextFrameFormat.Position.InFlow)
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    form.setHeaderRowCount(0 if block.continues else 1)
    form.setColumnWidthConstraints(
        [QTextLength(QTextLength.Type.PercentageLength, share) for share in block.shares]
    )
    return form


def cell_format(scale: float) -> QTextTableCellFormat:
    """Make the format of a cell."""
    padding = QTextTableCellFormat()
    padding.setTopPadding(CELL_ABOVE * scale)
    padding.setBottomPadding(CELL_BELOW * scale)
    padding.setLeftPadding(CELL_PADDING * scale)
    padding.setRightPadding(CELL_PADDING * scale)
    return padding


def join_to_last(document: QTextDocument) -> None:
    """Leave no space between the last table and what goes on with it."""
    cursor = QTextCursor(document)
    cursor.movePosition(QTextCursor.MoveOperation.End)
    cursor.movePosition(QTextCursor.MoveOperation.PreviousCharacter)
    table = cast("QTextTable | None", cursor.currentTable())
    if table is not None:
        form = table.format()
        form.setBottomMargin(0)
        table.setFormat(form)


def goes_on(table: QTextTable) -> bool:
    """Whether a table goes on with the one above it."""
    return table.format().headerRowCount() == 0
