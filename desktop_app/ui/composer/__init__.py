"""Where the next input is written, with its attachments, its model and its button."""
