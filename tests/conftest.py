"""Its being here lets every test import the helpers beside it, such as `formulas`."""

from hypothesis import HealthCheck, settings

# No test asserts on wall-clock time: machines are shared, and the first call compiles.
settings.register_profile("xlmill", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("xlmill")
