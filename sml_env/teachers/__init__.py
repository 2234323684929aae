"""Teachers: the protocol and its views, the oracle and the other voices, and how they are named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sml_env.errors import ConfigurationError
from sml_env.models.naming import ENGINES, model_arguments, names_a_model
from sml_env.teachers.base import (
    ASYMMETRIES,
    AnswerView,
    ChannelTeacher,
    EmptyView,
    KnowledgeView,
    Question,
    Reply,
    Request,
    Teacher,
    Turn,
    VerdictView,
    View,
    view_for,
)
from sml_env.teachers.model import ModelTeacher
from sml_env.teachers.oracle import OracleTeacher
from sml_env.teachers.voices import GibberishTeacher, LeakyTeacher, LyingTeacher, NoisyTeacher, NullTeacher, PeerTeacher

__all__ = [
    "ASYMMETRIES",
    "VOICES",
    "AnswerView",
    "ChannelTeacher",
    "EmptyView",
    "KnowledgeView",
    "Question",
    "Reply",
    "Request",
    "Teacher",
    "Turn",
    "VerdictView",
    "View",
    "make_teacher",
    "view_for",
]

VOICES: Final[Mapping[str, tuple[Callable[..., Teacher], tuple[str, ...]]]] = {
    "oracle": (OracleTeacher, ASYMMETRIES),
    "null": (NullTeacher, ASYMMETRIES),
    "gibberish": (GibberishTeacher, ("answer", "knowledge")),
    "peer": (PeerTeacher, ("none",)),
    "noisy": (NoisyTeacher, ("answer", "knowledge")),
    "lying": (LyingTeacher, ("answer",)),
    "leaky": (LeakyTeacher, ("answer",)),
}
"""Voice to its maker and the asymmetries it makes sense with. Under "none" the oracle is the peer.

Language models come on top; they make sense with any asymmetry.
"""


def make_teacher(teacher: str | Mapping[str, Any] | Teacher, asymmetry: str) -> Teacher:
    """A teacher from its name, from a mapping with its arguments, or a user's own object as it is.

    Args:
        teacher: ``"oracle"``, ``"noisy"``, ``{"voice": "noisy", "p": 0.2}``, ``"openai:MODEL@URL"``, or
            ``{"voice": "vllm", "model": "MODEL", "temperature": 0.2}``, or an object with ``name`` and ``reply``.
        asymmetry: The view that it will be handed.

    Raises:
        ConfigurationError: If the voice is unknown, its arguments are wrong, or it makes no sense with the asymmetry.
    """
    if asymmetry not in ASYMMETRIES:
        raise ConfigurationError(f"asymmetry: {asymmetry!r} is none of {', '.join(ASYMMETRIES)}")
    if not isinstance(teacher, str | Mapping):
        if isinstance(teacher, Teacher) and callable(teacher.reply):
            return teacher
        raise ConfigurationError(f"teacher: {type(teacher).__name__} has no name and reply(requests)")
    if isinstance(teacher, str):
        teacher = model_arguments(teacher) if names_a_model(teacher) else {"voice": teacher}
    arguments = dict(teacher)
    voice = arguments.pop("voice", None)
    if voice in ENGINES:
        try:
            return ModelTeacher.named(voice, **arguments)
        except TypeError as error:
            raise ConfigurationError(f"teacher: {voice!r} does not take {sorted(arguments)}: {error}") from error
    if not isinstance(voice, str) or voice not in VOICES:
        raise ConfigurationError(f"teacher: {voice!r} is none of {', '.join((*VOICES, *ENGINES))}")
    maker, sensible = VOICES[voice]
    if asymmetry not in sensible:
        raise ConfigurationError(
            f"teacher: {voice!r} makes no sense with asymmetry={asymmetry!r}, only with {', '.join(sensible)}"
        )
    if asymmetry == "none" and voice == "oracle":
        maker = PeerTeacher
    try:
        return maker(**arguments)
    except TypeError as error:
        raise ConfigurationError(f"teacher: {voice!r} does not take {sorted(arguments)}") from error
