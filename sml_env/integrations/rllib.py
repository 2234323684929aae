"""RLlib, new API stack: discrete ids by name in native vectors, masked where asked, and the game of two agents.

Importing it registers with Ray Tune every discrete id, with ``[masked]`` behind it the same id with the mask of legal
actions in its observations, and every text id with ``[two_agents]`` behind it. ``lessons`` and ``two_agent_lessons``
set up the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import gymnasium as gym

from sml_env.errors import ConfigurationError
from sml_env.integrations.ids import DISCRETE_IDS, MODULE, plain_id, refuse_words
from sml_env.integrations.requirements import Requirement
from sml_env.integrations.rllib_callbacks import METRICS, LessonCallbacks, runner_seeds
from sml_env.integrations.rllib_observations import ModuleObservation, ModuleVectorObservation
from sml_env.registration import ROWS

with Requirement("ray[rllib]", extra="rllib", low="2.54", high="3"):
    from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
    from ray.rllib.algorithms.ppo import PPOConfig
    from ray.rllib.callbacks.callbacks import RLlibCallback
    from ray.rllib.core.rl_module.rl_module import RLModuleSpec
    from ray.rllib.examples.rl_modules.classes.action_masking_rlm import ActionMaskingTorchRLModule
    from ray.tune.registry import register_env

__all__ = [
    "MASKED",
    "METRICS",
    "TWO_AGENTS",
    "LessonCallbacks",
    "lessons",
    "register_names",
    "runner_seeds",
    "two_agent_lessons",
]

MASKED: Final = "[masked]"
TWO_AGENTS: Final = "[two_agents]"
"""What follows an id in the names that are registered."""


def lessons(config: AlgorithmConfig, env_id: str, /, *, masked: bool = False, **arguments: Any) -> AlgorithmConfig:
    """Set an algorithm up for a discrete id: native vectors, honest seeds, metrics, and the learner's discount.

    Call it after ``training(gamma=…)``; ``env_runners(num_env_runners=…, num_envs_per_env_runner=…)`` and everything
    else are as ever.

    Args:
        config: Of the algorithm; changed and returned.
        env_id: As in ``gymnasium.make``.
        masked: Whether illegal actions are masked out, by RLlib's action-masking module of PPO.
        **arguments: Of the environment: ``asymmetry``, ``max_turns``, ``config``, ``rules`` and others.

    Raises:
        ConfigurationError: If the id is no discrete id, or an argument makes no sense.
    """
    name = _discrete(env_id)
    if masked and not isinstance(config, PPOConfig):
        raise ConfigurationError(f"masked: RLlib's action-masking module is PPO's, not {type(config).__name__}'s")
    _no_discount(arguments)
    arguments["gamma"] = config.gamma
    gym.make(f"{MODULE}{name}", **arguments).close()
    register_names()
    config.environment(name + MASKED if masked else name, env_config=arguments)
    config.env_runners(gym_env_vectorize_mode="vector_entry_point")
    config.callbacks(_with_lessons(config))
    if masked:
        config.rl_module(rl_module_spec=RLModuleSpec(module_class=ActionMaskingTorchRLModule))
    return config


def two_agent_lessons(
    config: AlgorithmConfig,
    env_id: str,
    /,
    *,
    phrases: Mapping[str, Sequence[str]] | None = None,
    characters: int = 256,
    **arguments: Any,
) -> AlgorithmConfig:
    """Set an algorithm up for the game of two agents of a text id, a module each: ``"student"`` and ``"teacher"``.

    Args:
        config: Of the algorithm; changed and returned.
        env_id: As in ``gymnasium.make``.
        phrases: What each agent may say, by number; ``None`` leaves both to speak and read text, which needs modules
            of your own.
        characters: With ``phrases``, how much of what an agent reads it observes, the end of it.
        **arguments: As of ``sml_env.integrations.two_agents.two_agents``.

    Raises:
        ConfigurationError: If the id is no text id, or an argument makes no sense.
        MissingExtraError: Without PettingZoo.
    """
    from sml_env.integrations.rllib_two_agents import AGENTS, module_of, rllib_two_agents

    name = plain_id(env_id)
    _no_discount(arguments)
    arguments |= {"gamma": config.gamma}
    if phrases is not None:
        arguments |= {"phrases": {agent: list(said) for agent, said in phrases.items()}, "characters": characters}
    rllib_two_agents(name, **arguments).close()
    register_names()
    config.environment(name + TWO_AGENTS, env_config=arguments)
    config.callbacks(_with_lessons(config))
    config.multi_agent(policies=set(AGENTS), policy_mapping_fn=module_of)
    return config


def register_names() -> None:
    """Register the names with Ray Tune, again where a new cluster has been started since."""
    for row in ROWS:
        for name in (row.id, MODULE + row.id):
            if row.discrete:
                register_env(name, partial(_made, row.id, False))
                register_env(name + MASKED, partial(_made, row.id, True))
            else:
                register_env(name, partial(_refused, row.id))
                register_env(name + TWO_AGENTS, partial(_two_agents, row.id))


def _made(env_id: str, masked: bool, context: Mapping[str, Any]) -> Any:
    """An environment, or where RLlib asks for ``num_envs`` of them a native vector."""
    arguments = dict(context)
    size = arguments.pop("num_envs", None)
    name = f"{MODULE}{env_id}"
    if size is None:
        return ModuleObservation(gym.make(name, **arguments), masked=masked)
    vector = gym.make_vec(name, num_envs=size, vectorization_mode="vector_entry_point", **arguments)
    return ModuleVectorObservation(vector, masked=masked)


def _two_agents(env_id: str, context: Mapping[str, Any]) -> Any:
    from sml_env.integrations.rllib_two_agents import rllib_two_agents

    return rllib_two_agents(env_id, **context)


def _refused(env_id: str, context: Mapping[str, Any]) -> Any:
    _discrete(env_id)


def _discrete(env_id: str) -> str:
    """The id without its module.

    Raises:
        ConfigurationError: If it is none of a discrete environment.
    """
    refuse_words(env_id, "for which RLlib has no encoder")
    name = plain_id(env_id)
    if name not in DISCRETE_IDS:
        raise ConfigurationError(f"env_id: {env_id!r} is none of {', '.join(DISCRETE_IDS)}")
    return name


def _no_discount(arguments: Mapping[str, Any]) -> None:
    if "gamma" in arguments:
        raise ConfigurationError("gamma: the learner's own is used; set training(gamma=…) and leave the argument out")


def _with_lessons(config: AlgorithmConfig) -> list[Any]:
    """The callbacks that are set already, and ours."""
    given = config.callbacks_class
    listed = list(given) if isinstance(given, list | tuple) else [given]
    return [*(one for one in listed if one not in (RLlibCallback, LessonCallbacks)), LessonCallbacks]


register_names()
