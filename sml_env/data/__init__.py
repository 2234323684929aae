"""Conversation data in which one side has information that the other lacks: rows, filters, splits, the leak audit."""
