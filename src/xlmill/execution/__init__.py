"""Tasks to workers: strategies, supervision, the planner. It knows nothing of Excel."""
