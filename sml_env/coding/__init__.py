"""Programming problems: records and their tests, literals in text, fresh inputs, mutants, and likeness of code."""
