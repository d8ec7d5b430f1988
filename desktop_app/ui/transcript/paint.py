"""Paints blocks that are laid out: what is behind the text, what is marked in it, the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from desktop_app.ui.painting import paint_box
from desktop_app.ui.transcript.boxes import Box, FormulaBox, Marker, RuleBox, WordsBox
from desktop_app.ui.transcript.cite_marks import mark_rect, paint_mark
from desktop_app.ui.transcript.code_box import CodeBox
from desktop_app.ui.transcript.indents import BAR, marker_face, marker_gap
from desktop_app.ui.transcript.layout import LaidBlock
from desktop_app.ui.transcript.styles import CODE_HEAD, RADIUS, Face, Styles
from desktop_app.ui.transcript.table_box import TableBox
from desktop_app.ui.transcript.text_box import TextBox

_FIGURE_ROOM: Final = 40
_CODE_RADIUS: Final = 4
_DIAGRAMS: Final = ("mermaid", "plantuml", "puml", "dot", "graphviz", "d2")


@dataclass(frozen=True)
class Highlight:
    """A stretch of a block's text that lies on a colour."""

    begin: int
    end: int
    token: str


@dataclass(frozen=True)
class Joined:
    """Whether a table goes on with the block above it, and in the one below."""

    above: bool = False
    below: bool = False


ALONE: Final = Joined()


def paint_block(
    painter: QPainter,
    laid: LaidBlock,
    styles: Styles,
    seen: QRectF,
    highlights: Sequence[Highlight] = (),
    joined: Joined = ALONE,
) -> None:
    """Paint what of a block is in a rectangle; both are counted from its top left."""
    color = styles.ground.color
    for bar in laid.bars:
        painter.fillRect(QRectF(bar.left, bar.top, BAR, bar.bottom - bar.top), color("line_strong"))
    for marker in laid.markers:
        if marker.rect.bottom() > seen.top() and marker.rect.top() < seen.bottom():
            _paint_marker(painter, marker, styles)
    for box in laid.boxes_between(seen.top(), seen.bottom()):
        _paint_behind(painter, box, styles, seen, joined)
        with_clip = _clip(painter, box)
        _paint_highlights(painter, box, styles, seen, highlights)
        _paint_text(painter, box, styles, seen)
        if with_clip:
            painter.restore()


def _clip(painter: QPainter, box: Box) -> bool:
    """Keep what has been moved sideways inside its card."""
    if not isinstance(box, CodeBox | TableBox) or not box.overhang:
        return False
    painter.save()
    inner = QRectF(box.left + 1, box.top, box.width - 2, box.height)
    painter.setClipRect(inner, Qt.ClipOperation.IntersectClip)
    return True


# --- behind the text ------------------------------------------------------------------------------


def _paint_behind(
    painter: QPainter, box: Box, styles: Styles, seen: QRectF, joined: Joined
) -> None:
    match box:
        case CodeBox():
            _paint_card(painter, box, styles, seen)
        case TableBox():
            _paint_grid(painter, box, styles, seen, joined)
        case RuleBox():
            line = QRectF(box.left, box.top, box.width, box.height)
            painter.fillRect(line, styles.ground.color("line"))
        case FormulaBox() | WordsBox():
            pass


def _paint_card(painter: QPainter, card: CodeBox, styles: Styles, seen: QRectF) -> None:
    color = styles.ground.color
    rect = QRectF(card.left, card.top, card.width, card.height)
    paint_box(painter, rect, RADIUS, color("code"), color("line"))
    if seen.top() >= card.top + CODE_HEAD:
        return  # text that is out of sight would be in the text of a printed page
    y = card.top + CODE_HEAD - 0.5
    painter.setPen(QPen(color("line"), 1))
    painter.drawLine(QLineF(rect.left() + 1, y, rect.right() - 1, y))
    painter.setFont(styles.font(Face(12, 500)))
    painter.setPen(color("quiet"))
    head = QRectF(rect.left() + 14, rect.top(), rect.width() / 2, CODE_HEAD)
    painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, _title_of(card, styles))


def _title_of(card: CodeBox, styles: Styles) -> str:
    if card.stretch.kind != "math":
        return card_title(card.stretch.language)
    formulas = styles.formulas
    failed = formulas is not None and formulas.has_failed(card.text, True)
    return "formula, cannot be drawn" if failed else "formula"


def card_title(language: str) -> str:
    """What is written on the head of a card of code."""
    if language.lower() in _DIAGRAMS:
        return f"{language} diagram"
    return language or "code"


def _paint_grid(
    painter: QPainter, table: TableBox, styles: Styles, seen: QRectF, joined: Joined
) -> None:
    color = styles.ground.color
    rect = QRectF(table.left, table.top, table.width, table.height)
    # What goes on above or below has no corners there: they are outside of what is painted.
    outer = rect.adjusted(
        0, -2 * RADIUS if joined.above else 0, 0, 2 * RADIUS if joined.below else 0
    )
    painter.save()
    painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
    lines = table.lines_below()
    if table.has_head:
        painter.save()
        head = QRectF(rect)
        head.setBottom(lines[0] if lines else rect.bottom())
        painter.setClipRect(head, Qt.ClipOperation.IntersectClip)
        paint_box(painter, outer, RADIUS, color("sunken"))
        painter.restore()
    paint_box(painter, outer, RADIUS, None, color("line"))
    painter.setPen(QPen(color("line"), 1))
    if joined.above:
        lines = [table.top + 1, *lines]
    for y in lines:
        if seen.top() - 1 <= y <= seen.bottom() + 1:
            painter.drawLine(QLineF(rect.left() + 1, y - 0.5, rect.right() - 1, y - 0.5))
    painter.restore()


def _paint_marker(painter: QPainter, marker: Marker, styles: Styles) -> None:
    color = styles.ground.color
    rect, scale = marker.rect, styles.size / 14
    middle = round(rect.center().y())

    def left_of(gap: float, width: float) -> float:
        """Where something begins that has a gap to the item."""
        return rect.left() + gap if marker.turned else rect.right() - gap - width

    if marker.text in ("•", "◦"):
        side, ink = 5 * scale, color("quiet")
        dot = QRectF(left_of(12 * scale - side / 2, side), middle + 0.5 - side / 2, side, side)
        full = marker.text == "•"
        paint_box(painter, dot, side / 2, ink if full else None, None if full else ink)
    elif marker.text in ("[x]", "[ ]"):
        side = round(14 * scale)
        box = QRectF(round(left_of(21 * scale - side, side)), middle - side // 2, side, side)
        if marker.text == "[x]":
            paint_box(painter, box, 3 * scale, color("accent"))
            _paint_tick(painter, box, color("on_accent"))
        else:
            paint_box(painter, box, 3 * scale, None, color("control"))
    else:
        painter.setFont(styles.font(marker_face(styles)))
        painter.setPen(color("quiet"))
        _, baseline = styles.line(styles.body())
        width = painter.fontMetrics().horizontalAdvance(marker.text)
        x = left_of(marker_gap(marker.text, styles), width)
        text = f".{marker.text[:-1]}" if marker.turned else marker.text
        painter.drawText(QPointF(x, rect.top() + baseline), text)


def _paint_tick(painter: QPainter, box: QRectF, color: QColor) -> None:
    def at(x: float, y: float) -> QPointF:
        return QPointF(box.left() + x * box.width(), box.top() + y * box.height())

    painter.setPen(QPen(color, box.width() / 8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([at(0.24, 0.52), at(0.43, 0.71), at(0.77, 0.31)]))


# --- what is marked -------------------------------------------------------------------------------


def _paint_highlights(
    painter: QPainter,
    box: Box,
    styles: Styles,
    seen: QRectF,
    highlights: Sequence[Highlight],
) -> None:
    _paint_codes(painter, box, styles, seen)
    for one in highlights:
        if one.end < box.begin or one.begin > box.end:
            continue
        color = styles.ground.color(one.token)
        for rect in box.rects_of(one.begin, one.end, seen.top(), seen.bottom()):
            painter.fillRect(rect.toRect(), color)  # whole pixels, whatever else is painted


def _paint_codes(painter: QPainter, box: Box, styles: Styles, seen: QRectF) -> None:
    match box:
        case WordsBox():
            _paint_boxes_of_code(painter, box.text, box.left, box.top, styles, seen)
        case TableBox():
            for row in box.rows_between(seen.top(), seen.bottom()):
                for column, text in enumerate(box.rows[row]):
                    x, y = box.origin_of(row, column)
                    _paint_boxes_of_code(painter, text, x, y, styles, seen)
        case CodeBox() | FormulaBox() | RuleBox():
            pass


def _paint_boxes_of_code(
    painter: QPainter, text: TextBox, left: int, top: int, styles: Styles, seen: QRectF
) -> None:
    """Paint the boxes behind code in a line: 3 lower than the line, so that they never touch."""
    if not text.shaped.codes:
        return
    lines = text.lines_between(seen.top() - top, seen.bottom() - top)
    if not lines:
        return
    first, last = lines[0].begin, lines[-1].end
    above, height = styles.scaled(1.5), text.measure.line - styles.scaled(3)
    more = lines[0].baseline - text.measure.baseline if len(lines) == 1 else 0
    color = styles.ground.color("inline_code")
    for begin, end in text.shaped.codes:
        if end <= first or begin >= last:
            continue
        for rect in text.rects_of_units(max(begin, first), min(end, last)):
            y = top + rect.top() + above + more
            whole = QRectF(left + rect.left() - 1, y, rect.width() + 2, height)
            paint_box(painter, whole, _CODE_RADIUS, color)


# --- text -----------------------------------------------------------------------------------------


def _paint_text(painter: QPainter, box: Box, styles: Styles, seen: QRectF) -> None:
    match box:
        case WordsBox():
            _paint_lines(painter, box.text, box.left, box.top, styles, seen)
        case TableBox():
            for row in box.rows_between(seen.top(), seen.bottom()):
                for column, text in enumerate(box.rows[row]):
                    _paint_lines(painter, text, *box.origin_of(row, column), styles, seen)
        case CodeBox():
            for at in box.units_between(seen.top(), seen.bottom()):
                _paint_lines(painter, box.laid(at), box.text_left, box.top_of(at), styles, seen)
        case FormulaBox():
            _paint_formula(painter, box, styles)
        case RuleBox():
            pass


def _paint_lines(
    painter: QPainter, text: TextBox, left: int, top: int, styles: Styles, seen: QRectF
) -> None:
    origin = QPointF(left, top)
    lines = text.lines_between(seen.top() - top - 8, seen.bottom() - top + 8)
    for line in lines:
        line.text_line.draw(painter, origin)
    for line in lines if text.shaped.cites else ():
        for one in text.shaped.cites:
            if line.begin <= one.at < line.end:
                x, baseline = left + line.x_of(one.at), top + line.top + line.baseline
                rect = mark_rect(x, baseline, one.number, styles.mark_scale)
                paint_mark(painter, styles.ground, rect, one.number)
    if not text.shaped.inlines or styles.formulas is None:
        return
    for line in lines:
        for one in text.shaped.inlines:
            if line.begin <= one.at < line.end:
                at = QPointF(left + line.x_of(one.at), top + line.top + line.baseline)
                painter.setPen(styles.ground.color(one.ink))
                size = text.font_size
                styles.formulas.paint(painter, at, one.source, one.display, size)


def _paint_formula(painter: QPainter, box: FormulaBox, styles: Styles) -> None:
    if styles.formulas is None:
        return
    painter.save()
    painter.setPen(styles.ground.color(box.face.ink))
    painter.translate(box.rect.left(), box.top + box.size.ascent * box.scale)
    painter.scale(box.scale, box.scale)
    styles.formulas.paint(painter, QPointF(0, 0), box.source, True, box.face.size)
    painter.restore()
