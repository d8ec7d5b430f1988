"""The disk: history in SQLite, attachments as files named by their content."""
