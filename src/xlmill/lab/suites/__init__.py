"""Suites: workloads that the lab brings along, with the experiments that go with them."""
