"""How hard the property tests look: `CONTEXTKIT_PROFILE=full pytest` for 1,000 examples a property.

`thorough` takes 10,000. The default, `quick`, takes 50 and always the same ones, so that a run says the same
everywhere.
"""

import os

from hypothesis import HealthCheck, settings

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile(
    "quick", max_examples=50, deadline=None, derandomize=True, suppress_health_check=_SLOW
)
for name, examples in (("full", 1_000), ("thorough", 10_000)):
    settings.register_profile(
        name, max_examples=examples, deadline=None, print_blob=True, suppress_health_check=_SLOW
    )
settings.load_profile(os.environ.get("CONTEXTKIT_PROFILE", "quick"))
