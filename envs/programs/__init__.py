"""The programs of HiddenProgram: a language of expressions in x, the catalogue, and the questions about them.

language   expressions over integers, lists of integers and texts, read and interpreted within bounds
catalogue  the smallest programs, no two of them equal on the declared inputs
"""
