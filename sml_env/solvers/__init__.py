"""Exact and greedy solvers of small games, as pure functions on arrays: what play could earn at best.

    strategies   one-step strategies on a reply table, and every code's number of guesses under one
    success      the greatest chance of success within a number of turns, and an upper bound for large games
    questions    closed forms and exact play for twenty questions and for a teacher that lies
    pomdp        value and optimal actions of small tabular POMDPs on their reachable beliefs
    closed       closed games and Tiger as such problems, and this library's shaping as a reward on beliefs
    optimal      the fewest guesses in expectation, with proof

Nothing is imported here, so that each costs only itself.
"""
