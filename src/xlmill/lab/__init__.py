"""Strategies measured on the user's workload."""
