"""Non-interference: what the student gets is the same under two truths until a reply legitimately differs.

A reply legitimately differs where the channel of the query is not the same under the two truths, where the verdict on
an attempt differs, or where a teacher that states no channel words its free text otherwise. Time is not compared.
"""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from typing import Any, Final

import numpy as np
from gymnasium.utils.env_checker import data_equivalence

from sml_env.core import TextEnv
from sml_env.information import Channel
from sml_env.problems import Problem
from sml_env.teachers import Request
from sml_env.testing.conformance import require, shown
from sml_env.testing.counterfactual import Change, forged, hypothesis, text_env, truths, under
from sml_env.testing.playing import Env

__all__ = [
    "addressless", "alike", "check_noninterference", "compare_errors", "decided_alike", "in_words", "named", "probes",
    "require_equal",
]  # fmt: skip

ATTEMPTS: Final = ("attempt", "guess")
"""Kinds of query that are judged."""

_ADDRESS: Final = re.compile(r"0x[0-9a-f]{6,}")
_RETURNED: Final = ("observation", "reward", "terminated", "truncated", "info")
_FORGED: Final = ("41", "1777")
_PROBES: Final = (
    "x > 0", "x < 5", "is it even?", "is it prime?", "x mod 3", "sign of x", "how many digits?", "is it an integer?",
    "a > 1", "x + y > 3", "is 1 in the answer?", "between 2 and 9?", "is 2x = 10 right?", "is 2x > 7 right?",
    "Give me a hint.", "hint", "why was that wrong?", "what do you know?", "tell me a fact", "what is the price?", 
    "What is the answer?", "x mod 1000003", "hm", "", "repeat after me: it is 42", "say 40 + 2", "\x00", "1/0",
    "answer: (", "is it x?",
)  # fmt: skip


def check_noninterference(make: Callable[[], Env], problems: int = 4, pairs: int = 3) -> None:
    """Play the same lessons under pairs of truths and compare everything that the student gets.

    Args:
        make: Makes the environment, a ``TextEnv`` inside any wrappers.
        problems: How many problems are tried.
        pairs: How many pairs of hypotheses of each.

    Raises:
        ConformanceError: Names what differed, and when.
    """
    for seed in range(problems):
        scout = make()
        scout.reset(seed=seed)
        problem = text_env(scout).dialogue.problem
        rng = np.random.default_rng([seed, problems])
        for changes, texts in _pairs(problem, rng, pairs):
            ones, others = (under(make(), change) for change in changes)
            script = [str(word) for word in rng.permutation(np.array(probes(problem, texts, rng), dtype=object))]
            rounds = [script[start : start + 16] for start in range(0, len(script), 16)]
            for words in rounds:
                _compare(ones, others, words, seed)
            compare_errors(ones, others)


def _pairs(
    problem: Problem, rng: np.random.Generator, pairs: int
) -> list[tuple[tuple[Change, Change], tuple[str, str]]]:
    """Changes of the truth, with the two answers in words."""
    if problem.space is None:
        changes = (forged(_FORGED[0]), forged(_FORGED[1]))
        return [(changes, (_FORGED[0], _FORGED[1]))]
    text = problem.space.answers.text
    chosen = truths(problem, rng, pairs)
    return [((hypothesis(one), hypothesis(other)), (text(one), text(other))) for one, other in chosen]


def probes(problem: Problem, texts: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Utterances for a problem: general ones, its menu, and both answers asked, attempted and put in other words."""
    words = list(_PROBES)
    for text in texts:
        words += [
            f"answer: {text}", f"is it {text}?", f"x == {text}", f"x >= {text}", f"why is {text} wrong?",
            f"x mod {len(text) + 2}", f"repeat after me: it is {text}", f"is 1 * x = {text} right?",
            f"between {text} and {text}", f"x < {text}",
        ]  # fmt: skip
    if problem.space is not None:
        size = len(problem.space)
        for row in rng.choice(size, min(size, 6), replace=False):
            words.append(f"answer: {problem.space.answers.text(int(row))}")
        queries = problem.space.menu.queries
        words += [queries[int(row)].canonical for row in rng.choice(len(queries), min(len(queries), 8), replace=False)]
    return words


# -- comparing ---------------------------------------------------------------------------------------------------------


def _compare(one: Env, other: Env, words: Sequence[str], seed: int) -> None:
    """One lesson under both truths, word by word, up to the first reply that legitimately differs."""
    here, there = named(one.reset(seed=seed)), named(other.reset(seed=seed))
    require_equal(_surface(one, here), _surface(other, there), "at reset")
    heard, heard_there = _listened(one), _listened(other)
    known = (text_env(env).dialogue.problem.secret.reveal().index for env in (one, other))
    pair = [index for index in known if index is not None]
    for word in words:
        heard.clear()
        heard_there.clear()
        said, said_there = one.step(word), other.step(word)
        where = f"after {shown(word, 80)}"
        here, there = named(said), named(said_there)
        kind = here["info"]["query_kind"]
        decided_alike("the kind of query", kind, there["info"]["query_kind"], where)
        if kind in ATTEMPTS and here["info"]["success"] != there["info"]["success"]:
            return
        decided_alike("what the teacher is asked", _asked(heard), _asked(heard_there), where)
        if _may_differ(heard, heard_there, pair, where) and not alike(here, there):
            return
        require_equal(_surface(one, here), _surface(other, there), where)
        if said[2] or said[3]:
            return


def _asked(heard: Sequence[Request]) -> list[tuple[str, str, tuple[int, ...]]]:
    return [(request.question.query.kind, request.question.query.canonical, request.seed) for request in heard]


def alike(here: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    """Whether two returns are the same, exactly."""
    return data_equivalence(dict(here), dict(there), exact=True)


def named(returned: tuple[Any, ...]) -> dict[str, Any]:
    """What a reset or a step returned, by name."""
    names = ("observation", "info") if len(returned) == 2 else _RETURNED
    return dict(zip(names, returned, strict=True))


def decided_alike(name: str, here: object, there: object, where: str) -> None:
    """Check that something which the environment decides is the same under both truths."""
    require(
        here == there,
        f"{name} {where} depends on the truth ({shown(here)} / {shown(there)}): decide it from the "
        "query and the belief alone",
    )


def _listened(env: Env) -> list[Request]:
    """The requests of this episode's dialogue, as they are made."""
    dialogue = text_env(env).dialogue
    submit = dialogue.submit
    heard: list[Request] = []

    def listening(utterance: object) -> object:
        answer = submit(utterance)
        if isinstance(answer, Request):
            heard.append(answer)
        return answer

    dialogue.submit = listening  # type: ignore[method-assign, assignment]
    return heard


def _may_differ(heard: Sequence[Request], heard_there: Sequence[Request], pair: list[int], where: str) -> bool:
    """Whether the channel of what was asked has different codes under the two truths, or there is none."""
    for request, there in zip(heard, heard_there, strict=False):
        require(
            _same_channel(request.channel, there.channel),
            f"the channel stated {where} depends on the truth: a channel is a function of the public question alone",
        )
        channel, space = request.channel, request.question.space
        if channel is None:
            return True
        if channel.codes is not None and space is not None:
            likelihoods = channel.matrix()[pair]
            if not np.array_equal(likelihoods[0], likelihoods[1]):
                return True
    return False


def _same_channel(one: Channel | None, other: Channel | None) -> bool:
    if one is None or other is None:
        return one is other
    if one.replies != other.replies or one.sure != other.sure or (one.codes is None) != (other.codes is None):
        return False
    if not np.array_equal(one.error, other.error):
        return False
    return one.codes is None or other.codes is None or bool(np.array_equal(one.codes, other.codes))


def _surface(env: Env, returned: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that the student gets or can reach without asking for what is private."""
    dialogue = text_env(env).dialogue
    with redirect_stdout(io.StringIO()) as printed:
        rendered = env.render() if text_env(env).render_mode is not None else None
    return {
        **returned,
        "problem_id": dialogue.problem.problem_id,
        "render()": rendered,
        "what render() prints": printed.getvalue(),
        **in_words(_reachable(env)),
        "public attributes": addressless(repr(_attributes(text_env(env)))),
        "the pickle": pickle.dumps(env),
    }


def in_words(things: Mapping[str, Any]) -> dict[str, str]:
    """The repr and str of things by name, without addresses."""
    return {
        **{f"repr of {name}": addressless(repr(thing)) for name, thing in things.items()},
        **{f"str of {name}": addressless(str(thing)) for name, thing in things.items()},
    }


def addressless(text: str) -> str:
    """A text whose addresses in memory are all the same."""
    return _ADDRESS.sub("0x", text)


def _reachable(env: Env) -> dict[str, Any]:
    dialogue = text_env(env).dialogue
    return {
        "the environment": env,
        "the unwrapped environment": env.unwrapped,
        "the spec": env.spec,
        "the action space": env.action_space,
        "the observation space": env.observation_space,
        "the dialogue": dialogue,
        "the problem": dialogue.problem,
        "the secret": dialogue.problem.secret,
        "the transcript": dialogue.transcript,
        "the belief": dialogue.belief,
    }


def _attributes(env: TextEnv) -> dict[str, Any]:
    skipped = ("_family", "_dialogue", "_np_random")
    return {name: value for name, value in vars(env).items() if name not in skipped}


def require_equal(here: Mapping[str, Any], there: Mapping[str, Any], where: str) -> None:
    """Compare all that the student gets or can reach, by name."""
    for name in here:
        require(
            alike({name: here[name]}, {name: there[name]}),
            f"{name} {where} depends on the truth ({shown(here[name])} / {shown(there[name])}): the student may learn "
            "of it only through a metered reply, so keep it in a Secret and out of what is public",
        )


def compare_errors(one: Env, other: Env, mistakes: Mapping[str, Callable[[Env], object]] | None = None) -> None:
    """Texts of what goes wrong."""
    for env in (one, other):
        env.reset(seed=0)
    for name, act in (_MISTAKES if mistakes is None else mistakes).items():
        here, there = _raised(act, one), _raised(act, other)
        require(here == there, f"the error of {name} depends on the truth: {shown(here)} / {shown(there)}")


def _raised(act: Callable[[Env], object], env: Env) -> str:
    try:
        act(env)
    except Exception as error:
        return addressless(f"{type(error).__name__}: {error} {error.args!r}")
    return ""


_MISTAKES: Final[Mapping[str, Callable[[Env], object]]] = {
    "pickling the secret": lambda env: pickle.dumps(text_env(env).dialogue.problem.secret),
    "pickling the problem": lambda env: pickle.dumps(text_env(env).dialogue.problem),
    "a hypothesis out of range": lambda env: text_env(env).dialogue.problem.under(10**9),
    "a delivery that nobody asked for": lambda env: text_env(env).dialogue.deliver("x"),
    "a step after the end": lambda env: [env.step("hm") for _ in range(1 + text_env(env).dialogue.turns_left)],
    "reset with an unknown option": lambda env: env.reset(options={"truth": 1}),
    "reset with an unknown problem": lambda env: env.reset(options={"problem_id": "no such problem"}),
}
