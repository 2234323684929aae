"""Settings of the whole suite: property tests draw the same examples in every run, so that a red run can be repeated.

``HYPOTHESIS_PROFILE=explore`` draws afresh; `make test-slow` does.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("repeat", derandomize=True)
settings.register_profile("explore", derandomize=False, max_examples=300)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))
