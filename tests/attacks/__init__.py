"""Programs that cheat: at least three for each of the 25 families, each scored right if its forbidden act succeeded."""

from attacks.answers import ON_ANSWERS
from attacks.machine import ON_THE_MACHINE
from attacks.programs import FAMILIES, Attack

__all__ = ["ATTACKS", "FAMILIES", "Attack"]

ATTACKS = (*ON_ANSWERS, *ON_THE_MACHINE)
