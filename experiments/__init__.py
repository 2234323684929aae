"""Experiments: one folder for each claim, with its settings, its command, and the numbers that it gave."""
