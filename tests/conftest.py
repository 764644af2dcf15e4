"""Its being here lets every test import the helpers beside it, such as `formulas`."""

import os

from hypothesis import HealthCheck, settings

# No test asserts on wall-clock time: machines are shared, and the first call compiles. In CI the examples are the
# same in every run, so that a red run is the change's own; at a desk they are new each time.
settings.register_profile(
    "xlmill", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("xlmill")
