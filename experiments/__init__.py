"""Claims about social meta-learning, each reproduced by one command that trains, measures and draws.

    python -m experiments.asymmetry     learning needs a teacher that holds what the student lacks
    python -m experiments.shaping       what informativeness in the reward does
    python -m experiments.asking        learners become askers, and when they stop
    python -m experiments.more_turns    what is learnt at 4 turns, tested with 1 to 10
    python -m experiments.priming       Q-priming: premature attempts before and after
    python -m experiments.across_domains  learning to learn: mathematics to code and back

A folder a claim: its settings as data, and ``results.json``, ``results.csv``, ``table.md`` and ``figure.svg`` as the
command wrote them. Not installed with the package; ``pip install "sml_env[experiments]"`` has what they need.
"""
