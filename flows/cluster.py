"""Reading and making comparable on the workers of a Dask or Ray cluster, through Prefect's task runners, by a setting.

The cluster is connected to (or, without an address, started on this machine) when the first batch is sent, so that a
night with nothing new needs none. Prefect sees one task run for a stage and one for each batch, never a document.

Import this module only after `prefect_server.ensure_server`, or with PREFECT_API_URL set (see `flows.prefect_flow`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any, Final

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext, TaskRunContext

from flows import errors
from flows.batches import Spread, here
from flows.orders import do_order
from flows.settings import WorkLimits, WorkRunner
from flows.spread import Lost, spread_over
from flows.stage import Plan
from flows.steps import Step, run

CONNECT_SECONDS: Final = 60
LOOK_SECONDS: Final = 20.0
NO_WORKER_SECONDS: Final = 300.0  # machines of a cluster may be replaced; a night does not wait for ever


@task(name="batch", persist_result=False, cache_policy=NO_CACHE, log_prints=False)
def batch(order: bytes) -> bytes:
    """One `flows.orders.Order`, done where the task runner of Prefect has brought it."""
    return do_order(order)


@flow(name="batches", persist_result=False)
def _bare() -> None:
    """Stands for the flow of the night where that goes along to a worker (`_fit_to_travel`); never run."""


@contextmanager
def _fit_to_travel() -> Iterator[None]:
    """Prefect sends the flow and the task around a submitted one along, with their parameters. Ours hold things of this
    process (a progress bar, the plan): they stay here, what ties the runs together goes."""
    with ExitStack() as around:
        if (of_flow := FlowRunContext.get()) is not None:
            around.enter_context(of_flow.model_copy(update={"flow": _bare, "parameters": {}}))
        if (of_task := TaskRunContext.get()) is not None:
            around.enter_context(of_task.model_copy(update={"task": batch, "parameters": {}}))
        yield


@contextmanager
def elsewhere(runner: WorkRunner, limits: WorkLimits) -> Iterator[Spread]:
    """Where the batches of a run are done. Raises Trouble: exit code 2 where the extra is not installed, 3 where the
    cluster does not answer."""
    if runner.kind == "processes":
        yield here
        return
    cluster = _Cluster(runner, limits)
    try:
        yield cluster.spread
    finally:
        cluster.close()


@dataclass
class _Open:
    """A task runner of Prefect that has been entered. slots: how many batches run at the same time, 0: no worker."""

    runner: Any
    slots: Callable[[], int]
    lost: tuple[type[BaseException], ...]
    gone: tuple[type[BaseException], ...]


class _Cluster:
    def __init__(self, runner: WorkRunner, limits: WorkLimits) -> None:
        self.setting, self.limits = runner, limits
        self.opened: _Open | None = None

    def spread(self, plan: Plan, documents: Sequence[str], step: Step) -> int:
        name = f"{plan.name} on {self.setting.kind}: {len(documents)} documents"
        return run(step, name, partial(self._spread, plan, documents))

    def _spread(self, plan: Plan, documents: Sequence[str]) -> int:
        if self.opened is None:
            self.opened = self._open()
        slots = self.opened.slots()
        plan.journal.event("cluster", stage=plan.name, count=slots, detail=self.setting.kind)
        return spread_over(plan, documents, partial(self._submit, self.opened), slots)

    def _submit(self, opened: _Open, name: str, order: bytes) -> _Batch:
        sent = batch.with_options(task_run_name=name)
        with _fit_to_travel():
            future = opened.runner.submit(sent, parameters={"order": order})
        return _Batch(opened, future, self)

    def _open(self) -> _Open:
        try:
            return (_open_dask if self.setting.kind == "dask" else _open_ray)(self.setting, self.limits)
        except ImportError as error:
            kind = self.setting.kind
            raise errors.usage(
                f"YUJUE_WORK_RUNNER={kind} 需要安装 yujue[{kind}]（{error.name}）",
                f"YUJUE_WORK_RUNNER={kind} wants the extra yujue[{kind}] ({error.name} is not installed)",
            ) from error
        except Exception as error:  # Ray raises bare ones where a node does not start
            raise self.trouble(error) from error

    def trouble(self, error: BaseException | str) -> errors.Trouble:
        """The cluster cannot be used (any more)."""
        said = " ".join(f"{error}".split())[:300] or type(error).__name__
        where = self.setting.address or self.setting.kind
        return errors.network(f"集群 {where} 不可用：{said}", f"the cluster {where} cannot be used: {said}")

    def close(self) -> None:
        if self.opened is not None:
            self.opened.runner.__exit__(None, None, None)


@dataclass
class _Batch:
    """A batch that was sent (`flows.spread.Coming`)."""

    opened: _Open
    future: Any
    cluster: _Cluster

    def result(self) -> bytes:
        alone_since: float | None = None
        while True:
            try:
                done: bytes = self.future.result(timeout=LOOK_SECONDS)
            except TimeoutError:
                if self._slots():
                    alone_since = None
                    continue
                alone_since = alone_since or time.monotonic()
                if time.monotonic() - alone_since > NO_WORKER_SECONDS:
                    raise self.cluster.trouble(f"no worker for {NO_WORKER_SECONDS:.0f} s") from None
            except self.opened.lost as error:
                raise Lost from error
            except self.opened.gone as error:
                raise self.cluster.trouble(error) from error
            except Exception as error:
                # what a document does is inside the answer: this is a worker that cannot run our code at all
                raise self.cluster.trouble(f"{type(error).__name__}: {error}") from error
            else:
                return done

    def _slots(self) -> int:
        try:
            return self.opened.slots()
        except self.opened.gone as error:
            raise self.cluster.trouble(error) from error


def _open_dask(setting: WorkRunner, limits: WorkLimits) -> _Open:
    distributed: Any = import_module("distributed")  # an extra
    runner_of: Any = import_module("prefect_dask").DaskTaskRunner
    if setting.address:
        runner = runner_of(address=setting.address, client_kwargs={"timeout": CONNECT_SECONDS})
    else:
        local = {"n_workers": limits.workers, "threads_per_worker": 1, "dashboard_address": None}
        runner = runner_of(cluster_kwargs=local)
    runner.__enter__()
    try:
        client = runner.client
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except BaseException:
        runner.__exit__(None, None, None)
        raise

    def slots() -> int:
        return sum(client.nthreads().values())

    gone = (distributed.CancelledError, distributed.comm.CommClosedError, OSError)
    return _Open(runner, slots, (distributed.KilledWorker,), gone)


def _open_ray(setting: WorkRunner, limits: WorkLimits) -> _Open:
    ray: Any = import_module("ray")  # an extra
    runner_of: Any = import_module("prefect_ray").RayTaskRunner
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if setting.address:
        runner = runner_of(address=setting.address, init_kwargs=quiet)
    else:  # `local`: one of our own, whatever else runs on this machine
        own = {"num_cpus": limits.workers, "include_dashboard": False}
        runner = runner_of(address="local", init_kwargs=quiet | own)
    runner.__enter__()

    def slots() -> int:
        return int(ray.cluster_resources().get("CPU", 0))

    problems = ray.exceptions
    lost = (problems.WorkerCrashedError, problems.OutOfMemoryError, problems.NodeDiedError)
    return _Open(runner, slots, lost, (ConnectionError, problems.RaySystemError))
