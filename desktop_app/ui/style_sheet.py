"""The few style rules that painting by hand would not do better: menus, tooltips, scrollbars."""

from string import Template

_RULES = Template(
    """
QLabel { color: $text; background: transparent; }
QToolTip {
    color: $text; background: $raised; border: 1px solid $line_strong;
    padding: 4px 8px; font-size: 12px;
}
QMenu {
    background: $raised; border: 1px solid $menu_line; border-radius: 10px; padding: 4px;
}
QMenu::item {
    height: 32px; padding: 0 16px 0 10px; border-radius: 6px; color: $text; margin: 0;
}
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $disabled; }
QMenu::icon { padding-left: 10px; }
QMenu::separator { height: 1px; background: $line; margin: 4px 10px; }
QMenu::indicator { width: 16px; height: 16px; padding-left: 8px; }
QScrollBar:vertical { width: 14px; background: transparent; margin: 3px 0; }
QScrollBar::handle:vertical {
    background: $thumb; border-radius: 3px; min-height: 36px; margin: 0 4px;
}
QScrollBar::handle:vertical:hover, QScrollBar::handle:vertical:pressed {
    background: $thumb_hover; margin: 0 3px; border-radius: 4px;
}
QScrollBar:horizontal { height: 14px; background: transparent; margin: 0 3px; }
QScrollBar::handle:horizontal {
    background: $thumb; border-radius: 3px; min-width: 36px; margin: 4px 0;
}
QScrollBar::handle:horizontal:hover { background: $thumb_hover; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }
"""
)


def style_sheet(tokens: dict[str, str]) -> str:
    """Write the rules with the colours of a theme."""
    dark = tokens["shadow"] == "#000000"
    menu_line = tokens["line_strong" if dark else "line"]
    return _RULES.substitute(tokens, menu_line=menu_line)
