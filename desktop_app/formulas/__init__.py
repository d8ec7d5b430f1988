"""Formulas: from their source to outlines. Runs in a child process; knows no Qt."""
