"""Practice: a diff model writes edits, sees what becomes of them, and learns from that."""
