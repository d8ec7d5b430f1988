"""Pure text: Markdown to blocks, code to coloured spans. No HTML ever comes of it."""
