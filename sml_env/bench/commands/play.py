"""``sml-env play``: a lesson in a terminal."""

from __future__ import annotations

from typing import Any

import click

from sml_env.bench.options import ASYMMETRY, STUDENT, TEACHER, clear_errors, lesson_options, lessons_of
from sml_env.bench.plans import Cell, make_environment
from sml_env.bench.play import play_lesson
from sml_env.students import make_student

__all__ = ["play"]


@click.command()
@lesson_options
@click.option("--asymmetry", default="answer", show_default=True, help=ASYMMETRY)
@click.option("--teacher", default="oracle", show_default=True, help=TEACHER)
@click.option("--student", help=f"{STUDENT} [default: you]")
@click.option("--seed", type=click.IntRange(min=0), help="The same problem for the same seed. [default: random]")
@click.option("--bits", is_flag=True, help="Show after each turn what was told, in bits.")
def play(asymmetry: str, teacher: str, student: str | None, seed: int | None, bits: bool, **options: Any) -> None:
    """Be the student yourself, or watch a language model be it."""
    with clear_errors():
        agent = None if student is None else make_student(student)
        env = make_environment(lessons_of(**options), Cell(asymmetry, teacher))
        play_lesson(env, seed=seed, bits=bits, agent=agent)
