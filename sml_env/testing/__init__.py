"""The conformance kit: checks that an environment, a teacher or a verifier of yours keeps this library's promises.

Each check raises ``ConformanceError``, an ``AssertionError`` that says what is wrong and what to do. No test framework
is needed.
"""

from __future__ import annotations

from sml_env.testing.conformance import ConformanceError
from sml_env.testing.environments import check_env
from sml_env.testing.teachers import check_teacher
from sml_env.testing.verifiers import check_verifier

__all__ = ["ConformanceError", "check_env", "check_teacher", "check_verifier"]
