"""Paper: a conversation on pages, by a printer or as a PDF, and a turn as a picture."""
