"""Tasks to workers: strategies, supervision, the planner. It knows nothing of Excel."""

from xlmill.execution.chunking import Items, cut, cut_guided
from xlmill.execution.outcome import Cause, Fault, Outcome, Splittable
from xlmill.execution.process_per_task import ProcessPerTask
from xlmill.execution.process_pool import ProcessPool
from xlmill.execution.serial import Serial
from xlmill.execution.strategy import Settings, Strategy, Traits, create, find_strategy, strategies, strategy
from xlmill.execution.threads import Threads

__all__ = [
    "Cause",
    "Fault",
    "Items",
    "Outcome",
    "ProcessPerTask",
    "ProcessPool",
    "Serial",
    "Settings",
    "Splittable",
    "Strategy",
    "Threads",
    "Traits",
    "create",
    "cut",
    "cut_guided",
    "find_strategy",
    "strategies",
    "strategy",
]
