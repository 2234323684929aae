"""Ways in which a text can hold a value without showing it: notations, ciphers, counts, bounds, code."""
