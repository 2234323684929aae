"""Settings as data: the game, the learner, and the two together, an arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

__all__ = ["Arm", "Game", "Learner"]


@dataclass(frozen=True, slots=True)
class Game:
    """What is played.

    Attributes:
        name: For tables and figures.
        env: A discrete id.
        arguments: Of the environment.
        attempts_only: Whether the questions of the menu are masked, so that the student can only attempt.
        clipped: Whether the information term of the reward is clipped at 0.
    """

    name: str
    env: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    attempts_only: bool = False
    clipped: bool = False

    def but(self, **arguments: Any) -> Game:
        """The same game with other arguments."""
        return replace(self, arguments={**self.arguments, **arguments})

    @property
    def shaping(self) -> str:
        """Of the reward; the environment's default where none is named."""
        return str(self.arguments.get("shaping", "potential"))


@dataclass(frozen=True, slots=True)
class Learner:
    """MaskablePPO, small enough for one core.

    Attributes:
        steps: The budget of environment steps.
        environments: Played together.
        rollout: Steps of each environment between updates.
        minibatch: Of an update.
        epochs: Passes over a rollout.
        learning_rate: Of Adam.
        gamma: The learner's discount; the environment's own is an argument of the game.
        gae_lambda: Of generalised advantage estimation.
        entropy: Weight of the entropy bonus.
        hidden: Widths of the layers of policy and critic, which share none.
        judge_every: Rollouts between two looks at the policy.
        stop_at: Share of the optimum at which training ends early, when it is reached twice in a row; ``None`` for
            never.
    """

    steps: int = 100_000
    environments: int = 128
    rollout: int = 8
    minibatch: int = 512
    epochs: int = 6
    learning_rate: float = 5e-3
    gamma: float = 1.0
    gae_lambda: float = 0.95
    entropy: float = 0.01
    hidden: tuple[int, ...] = (64, 64)
    judge_every: int = 2
    stop_at: float | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """One cell of an experiment: a learner on a game.

    Attributes:
        name: Of what is varied.
        game: That is played.
        learner: That plays it.
    """

    name: str
    game: Game
    learner: Learner = Learner()

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {"name": self.name, "game": asdict(self.game), "learner": asdict(self.learner)}
