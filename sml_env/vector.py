"""The native vector environment of discrete ids, and what vectors of this library have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from sml_env.closed import SharedFamily
from sml_env.core import chosen_problem
from sml_env.discrete import METER, observation_space
from sml_env.episodes import Episodes
from sml_env.errors import ConfigurationError, ResetNeeded
from sml_env.game import Played
from sml_env.information import IntArray
from sml_env.missing import ACCOUNTS
from sml_env.problems import Family
from sml_env.rewards import REWARD_TERMS

__all__ = ["DiscreteVectorEnv", "autoreset_mode_of", "reset_rows", "seeds_of"]

Observations: TypeAlias = npt.NDArray[np.float32]
Which = npt.NDArray[np.bool_]

_AHEAD: Final = 64
"""Episodes whose random words are drawn at once."""


def autoreset_mode_of(mode: AutoresetMode | str) -> AutoresetMode:
    """The mode of that name.

    Raises:
        ConfigurationError: If there is none.
    """
    try:
        return AutoresetMode(mode)
    except ValueError as error:
        known = ", ".join(entry.value for entry in AutoresetMode)
        raise ConfigurationError(f"autoreset_mode: {mode!r} is none of {known}") from error


def seeds_of(seed: int | Sequence[int | None] | None, size: int) -> list[int | None]:
    """A seed for each environment, as Gymnasium's vectors have them: an integer counts upwards.

    Raises:
        ConfigurationError: If there are too few or too many.
    """
    if seed is None:
        return [None] * size
    if isinstance(seed, int | np.integer):
        return [int(seed) + row for row in range(size)]
    if len(seed) != size:
        raise ConfigurationError(f"seed: {len(seed)} seeds for {size} environments")
    return list(seed)


def reset_rows(options: dict[str, Any] | None, size: int) -> tuple[IntArray, dict[str, Any] | None]:
    """Which environments ``options["reset_mask"]`` resets, all by default, and the other options.

    Raises:
        ConfigurationError: If the mask is not a boolean array of one entry each, at least one of them True.
    """
    if options is None or "reset_mask" not in options:
        return np.arange(size), options
    mask = options["reset_mask"]
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.shape != (size,) or not mask.any():
        raise ConfigurationError(
            f"options: reset_mask must be a boolean array of shape ({size},) with at least one True, is {mask!r}"
        )
    return np.flatnonzero(mask), {name: value for name, value in options.items() if name != "reset_mask"}


class DiscreteVectorEnv(VectorEnv[Observations, npt.NDArray[np.int64], npt.NDArray[Any]]):
    """B episodes of one family, stepped by the same batched rules as the single environment.

    What it returns is what ``SyncVectorEnv`` over single environments returns for the same seeds and actions, in all
    three autoreset modes; where a single environment says ``None`` info holds NaN, its mask ``_key`` False.

    Args:
        family: Source of closed problems.
        num_envs: B.
        autoreset_mode: ``"NextStep"``, ``"SameStep"`` or ``"Disabled"``.
        copy: Unused; every observation is a new array.
        **arguments: As of ``Episodes``.

    Raises:
        ConfigurationError: If an argument, or a pair of them, makes no sense.
    """

    def __init__(
        self,
        family: Family,
        num_envs: int,
        *,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: None = None,
        **arguments: Any,
    ) -> None:
        if isinstance(num_envs, bool) or not isinstance(num_envs, int) or num_envs < 1:
            raise ConfigurationError(f"num_envs: {num_envs!r} is not a positive integer")
        if render_mode is not None:
            raise ConfigurationError(f"render_mode: {render_mode!r}; vectors do not render")
        super().__init__()
        self.num_envs = num_envs
        self.render_mode = None
        self.autoreset_mode = autoreset_mode_of(autoreset_mode)
        self.metadata = {"render_modes": [], "autoreset_mode": self.autoreset_mode}
        self._family = family
        self._arguments = arguments
        self._prepare()
        self.single_action_space = spaces.Discrete(self._episodes.actions)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.single_observation_space = observation_space(self._episodes)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self._generators: list[np.random.Generator | None] = [None] * num_envs
        self._true = np.ones(num_envs, dtype=np.bool_)
        self._meters = np.full(num_envs, METER, dtype=object)

    def _prepare(self) -> None:
        """Episodes that have not begun, and nothing drawn ahead."""
        size = self.num_envs
        self._episodes = Episodes(self._family, size, **self._arguments)
        self._over = np.ones(size, dtype=np.bool_)
        self._begun = False
        self._shared = self._family if isinstance(self._family, SharedFamily) else None
        shape = (0 if self._shared is None else size, _AHEAD, self._episodes.words_needed)
        self._words = np.zeros(shape, dtype=np.uint64)
        self._truths = np.zeros(self._words.shape[:2], dtype=np.int64)
        self._used = np.full(size, _AHEAD)

    # -- beginning -----------------------------------------------------------------------------------------------------

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observations, dict[str, Any]]:
        """Begin episodes.

        Args:
            seed: Of the first environment, the others counting upwards; or one each.
            options: ``{"problem_id": …}`` chooses the problem of all, a list of ids one each; ``{"reset_mask": …}``
                resets some.

        Raises:
            ConfigurationError: If a seed or an option makes no sense.
        """
        rows, rest = reset_rows(options, self.num_envs)
        seeds = seeds_of(seed, self.num_envs)
        ids = None
        if rest is not None and isinstance(rest.get("problem_id"), list | tuple):
            ids, rest = list(rest["problem_id"]), {key: value for key, value in rest.items() if key != "problem_id"}
            if len(ids) != self.num_envs:
                raise ConfigurationError(f"options: {len(ids)} problem ids for {self.num_envs} environments")
        chosen = chosen_problem(rest)
        for row in rows.tolist():
            if seeds[row] is not None or self._generators[row] is None:
                self._generators[row], _ = seeding.np_random(seeds[row])
                self._used[row] = _AHEAD
        if ids is None:
            self._begin(rows, chosen)
        else:
            for row in rows.tolist():
                self._begin(np.array([row]), ids[row])
        self._over[rows] = False
        self._begun = True
        return self._episodes.observe(), self._reset_info(rows)

    def _begin(self, rows: IntArray, problem_id: str | None = None) -> None:
        if problem_id is not None or self._shared is None:
            self._episodes.begin(rows, [self._generator(row) for row in rows.tolist()], problem_id)
            return
        for row in rows[self._used[rows] >= _AHEAD].tolist():
            drawn = self._generator(row).bit_generator.random_raw(_AHEAD * self._words.shape[2])
            self._words[row] = drawn.reshape(_AHEAD, -1)
            self._truths[row] = self._shared.truths(self._shared.numbers(self._words[row, :, 0]))
            self._used[row] = 0
        places = rows * _AHEAD + self._used.take(rows)
        self._used[rows] += 1
        words = self._words.reshape(-1, self._words.shape[2]).take(places, axis=0)
        self._episodes.begin_by_words(rows, words, self._truths.reshape(-1).take(places))

    def _generator(self, row: int) -> np.random.Generator:
        generator = self._generators[row]
        if generator is None:
            generator, _ = seeding.np_random(None)
            self._generators[row] = generator
        return generator

    # -- playing -------------------------------------------------------------------------------------------------------

    def step(
        self, actions: npt.NDArray[np.int64]
    ) -> tuple[Observations, npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], dict[str, Any]]:
        """One turn of every episode; an action that is not legal costs the turn and is worth 0 bits.

        Raises:
            ResetNeeded: Before the first reset, or, without autoreset, after the end of an episode.
        """
        if not self._begun:
            raise ResetNeeded("reset the vector before the first step")
        numbers = _numbers(actions, self.num_envs)
        over = self._over
        if over.any() and self.autoreset_mode is not AutoresetMode.NEXT_STEP:
            raise ResetNeeded(
                f"{int(over.sum())} episodes have ended: reset them with options={{'reset_mask': …}} before the "
                "next step"
            )
        again = np.flatnonzero(over)
        played = self._episodes.play(numbers, ~over if len(again) else None)
        ended = played.terminated
        rewards = played.rewards
        if len(again):
            ended = ended & ~over
            rewards = np.where(over, 0.0, rewards)
            info = self._info(played, ~over, ended)
            self._begin(again)
            self._add_reset_info(info, again)
        else:
            info = self._info(played, self._true, ended)
        self._over = ended
        if self.autoreset_mode is AutoresetMode.SAME_STEP and ended.any():
            info = self._autoreset(info, ended)
        truncated = np.zeros(self.num_envs, dtype=np.bool_)
        return self._episodes.observe(), rewards, ended.copy(), truncated, info

    def _autoreset(self, info: dict[str, Any], ended: Which) -> dict[str, Any]:
        """Keep what the ended episodes returned last, and begin new ones in their place."""
        rows = np.flatnonzero(ended)
        final = np.full(self.num_envs, None, dtype=object)
        observed = self._episodes.observe()
        for row in rows.tolist():
            final[row] = observed[row]
        kept = _masked(info, ended)
        self._begin(rows)
        self._over = np.zeros(self.num_envs, dtype=np.bool_)
        fresh = _masked(info, ~ended)
        self._add_reset_info(fresh, rows)
        return {
            **fresh,
            "final_obs": final,
            "_final_obs": ended.copy(),
            "final_info": kept,
            "_final_info": ended.copy(),
        }

    def action_masks(self) -> npt.NDArray[np.int8]:
        """Which actions are legal now, shape ``(B, A)``."""
        return np.array(self._episodes.masks())

    def privileged(self) -> dict[str, Any]:
        """The private side of the current episodes, for asymmetric critics and evaluators; never for the agent.

        Returns:
            ``hypothesis``, shape ``(B,)``, and ``belief``, shape ``(B, N)``.
        """
        return {"hypothesis": self._episodes.game.truth.copy(), "belief": self._episodes.game.beliefs.dense()}

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the episodes and what was drawn ahead, which are private: a copy must be reset."""
        private = ("_episodes", "_shared", "_words", "_truths", "_used", "_over", "_begun")
        return {name: value for name, value in self.__dict__.items() if name not in private}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._prepare()

    # -- info ----------------------------------------------------------------------------------------------------------

    def _info(self, played: Played, known: Which, ended: Which) -> dict[str, Any]:
        episodes = self._episodes
        best = episodes.best_before
        info: dict[str, Any] = {
            "query_kind": episodes.kinds(played),
            "expected_bits": played.expected,
            "realised_bits": played.realised,
            "verdict_bits": played.verdict,
            "expected_verdict_bits": played.expected_verdict,
            "best_bits": np.full(self.num_envs, np.nan) if best is None else np.maximum(best, played.expected),
            "belief_entropy_bits": played.entropy.copy(),
            "meter": self._meters.copy(),
            "turns_left": episodes.game.turns_left,
            "success": played.correct,
            "action_mask": episodes.masks(),
        }
        for name in tuple(info):
            info[f"_{name}"] = known
        if best is None:
            info["_best_bits"] = np.zeros(self.num_envs, dtype=np.bool_)
        terms: dict[str, Any] = {}
        for name in REWARD_TERMS:
            terms[name], terms[f"_{name}"] = played.terms[name], known
        info["reward_terms"], info["_reward_terms"] = terms, known
        if ended.any():
            info["leaks_stopped"], info["_leaks_stopped"] = np.zeros(self.num_envs, dtype=np.int64), ended
            self._add_accounts(info, ended)
        return info

    def _add_accounts(self, info: dict[str, Any], ended: Which) -> None:
        """What the ended episodes came to, where facts are missing."""
        rows = np.flatnonzero(ended).tolist()
        accounts = [self._episodes.account(row) for row in rows]
        for name in ACCOUNTS if accounts[0] is not None else ():
            words = name == "sufficient_set"
            values: npt.NDArray[Any] = np.full(self.num_envs, None if words else 0, dtype=object if words else np.int64)
            for row, told in zip(rows, accounts, strict=True):
                values[row] = None if told is None else told[name]
            info[name], info[f"_{name}"] = values, ended

    def _reset_info(self, rows: IntArray) -> dict[str, Any]:
        info: dict[str, Any] = {}
        self._add_reset_info(info, rows)
        return info

    def _add_reset_info(self, info: dict[str, Any], rows: IntArray) -> None:
        """What ``reset`` says of some episodes, put into a vector's info."""
        episodes, size = self._episodes, self.num_envs
        ids = np.full(size, None, dtype=object)
        ids[rows] = episodes.ids[rows]
        begun = np.zeros(size, dtype=np.bool_)
        begun[rows] = True
        known = begun | info["_turns_left"] if info else begun
        info["problem_id"], info["_problem_id"] = ids, begun
        info["belief_entropy_bits"], info["_belief_entropy_bits"] = episodes.game.beliefs.entropy.copy(), known
        info["turns_left"], info["_turns_left"] = episodes.game.turns_left, known
        info["action_mask"], info["_action_mask"] = episodes.masks(), known


def _masked(info: Mapping[str, Any], known: Which) -> dict[str, Any]:
    """A vector's info of some environments only."""
    kept: dict[str, Any] = {}
    for name, value in info.items():
        if isinstance(value, Mapping):
            kept[name] = _masked(value, known)
        elif name.startswith("_"):
            kept[name] = value & known
        else:
            kept[name] = value
    return kept


def _numbers(actions: npt.ArrayLike, size: int) -> IntArray:
    """Actions as numbers; what is none is -1, which is no action.

    Raises:
        ConfigurationError: If there is not one for each environment.
    """
    given = np.asarray(actions)
    if given.shape != (size,):
        raise ConfigurationError(f"actions: shape {given.shape} for {size} environments")
    if np.issubdtype(given.dtype, np.integer):
        return given.astype(np.int64)
    numbers = np.full(size, -1, dtype=np.int64)
    for row, action in enumerate(given.tolist()):
        if isinstance(action, int) and not isinstance(action, bool) and abs(action) < 2**31:
            numbers[row] = action
    return numbers
