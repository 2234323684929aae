"""Asymmetry is necessary: the same learner with teachers that hold more, less and nothing."""
