"""The functions of HiddenFunction: exact values and properties, the catalogue, and the language about them.

polynomials  evaluation, common divisors, and how many roots lie in an interval, over the rationals
values       two kinds of functions whose values, signs, roots and parity are decided exactly
catalogue    all functions of a declared family, each once
questions    the forms of questions, and what each means for a function
reading      the parser of what a student says
domain       functions as candidates; how attempts are judged and answered
"""
