"""Tasks to workers: strategies, supervision, the planner. It knows nothing of Excel."""

from xlmill.execution.asyncio_loop import AsyncioLoop, is_async
from xlmill.execution.calibration import calibrate, costs
from xlmill.execution.chunking import Items, SelfSizing, cut
from xlmill.execution.cores import resolve_workers, usable_cores
from xlmill.execution.cost_model import Prediction, StrategyCost, Workload
from xlmill.execution.dask_cluster import DaskCluster
from xlmill.execution.map import imap, map
from xlmill.execution.mp_pool import StandardPool
from xlmill.execution.mp_process import BareProcesses
from xlmill.execution.outcome import Cause, Fault, Outcome, Splittable
from xlmill.execution.planner import Plan, plan
from xlmill.execution.process_per_task import ProcessPerTask
from xlmill.execution.process_pool import ProcessPool
from xlmill.execution.progress import Event, Observer, Planned, RowsDone, WorkerLost, WorkersBusy
from xlmill.execution.ray_cluster import RayCluster
from xlmill.execution.serial import Serial
from xlmill.execution.strategy import (
    Settings,
    Strategy,
    Traits,
    create,
    find_strategy,
    is_installed,
    strategies,
    strategy,
)
from xlmill.execution.threads import Threads
from xlmill.execution.workers import Workers

__all__ = [
    "AsyncioLoop",
    "BareProcesses",
    "Cause",
    "DaskCluster",
    "Event",
    "Fault",
    "Items",
    "Observer",
    "Outcome",
    "Plan",
    "Planned",
    "Prediction",
    "ProcessPerTask",
    "ProcessPool",
    "RayCluster",
    "RowsDone",
    "SelfSizing",
    "Serial",
    "Settings",
    "Splittable",
    "StandardPool",
    "Strategy",
    "StrategyCost",
    "Threads",
    "Traits",
    "WorkerLost",
    "Workers",
    "WorkersBusy",
    "Workload",
    "calibrate",
    "costs",
    "create",
    "cut",
    "find_strategy",
    "imap",
    "is_async",
    "is_installed",
    "map",
    "plan",
    "resolve_workers",
    "strategies",
    "strategy",
    "usable_cores",
]
