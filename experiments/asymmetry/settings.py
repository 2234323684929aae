"""The arms: three games, and in each the shapes of asymmetry and the voices that tell nothing."""

from __future__ import annotations

from typing import Final

from experiments.arms import Arm, Game, Learner

__all__ = ["ARMS", "GAMES", "INFORMED", "SHAPES"]

SHAPES: Final = (
    ("answer", "answer", "oracle"),
    ("knowledge", "knowledge", "oracle"),
    ("verifier", "verifier", "oracle"),
    ("none", "none", "oracle"),
    ("null", "answer", "null"),
    ("gibberish", "answer", "gibberish"),
)
"""Name, asymmetry and voice of each arm."""

INFORMED: Final = ("answer", "knowledge")
"""The arms whose teacher tells something; the others are to be equal to one another."""

GAMES: Final = (
    Game(
        "questions, one attempt",
        "sml_env/TwentyQuestionsDiscrete-v0",
        {
            "config": {"size": 4, "moduli": []},
            "max_turns": 3,
            "max_attempts": 1,
            "shaping": "none",
            "rules": {"disguised_attempts": False},
        },
    ),
    Game(
        "verdicts with Mastermind's pegs",
        "sml_env/MastermindDiscrete-v0",
        {"config": {"pegs": 2, "colours": 4}, "max_turns": 4, "shaping": "none"},
    ),
    Game(
        "verdicts with counterexamples",
        "sml_env/HiddenFunctionDiscrete-v0",
        {
            "config": {"kinds": ["trigonometric"], "coefficients": 1},
            "max_turns": 3,
            "attempts": "each",
            "shaping": "none",
        },
        attempts_only=True,
    ),
)
"""In the last two every turn is an attempt: "answer" is then a verdict that says more than no, all else a bare one."""

_LEARNER: Final = Learner(steps=30_000, stop_at=1.0)
"""The same for all, and so is the rule by which it ends: when the policy is optimal, or the budget is spent."""

ARMS: Final = tuple(
    Arm(name, game.but(asymmetry=asymmetry, teacher=voice), _LEARNER)
    for game in GAMES
    for name, asymmetry, voice in SHAPES
    if name != "knowledge" or "questions" in game.name
)
