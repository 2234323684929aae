"""Adapters to what others have made, a module each; the package that one needs is imported in it alone."""
