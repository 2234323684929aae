"""Learners become askers, and when outcome-only training stops asking."""
