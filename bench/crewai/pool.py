"""The flows of a module in a bare ThreadPoolExecutor, with nothing around them: the peer of flowgate's Python host.

    python pool.py MODULE FLOWS OPTION=VALUE…

prints what it took as JSON: seconds from the first start to the last end, seconds of each flow that was ok, failures.
"""

import contextlib
import importlib
import json
import random
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

module_path, flows, *options = sys.argv[1:]
folder = Path(module_path).resolve().parent
sys.path.insert(0, str(folder))
module = importlib.import_module(Path(module_path).stem)
scenario = SimpleNamespace(options=dict(option.split("=", 1) for option in options), seed=1, shared=None)
scenario.shared = module.setup(scenario)


@contextlib.contextmanager
def step(name):
    yield


def run(number):
    """One flow; number 0 is a warm-up."""
    with tempfile.TemporaryDirectory() as workspace:
        context = SimpleNamespace(
            **vars(scenario),
            flow=max(1, number),
            iteration=number,
            # The model server draws by the number: the same waits as in a run of flowgate.
            token=f"fg-000000000000-{number or 'w1'}",
            workspace=workspace,
            random=random.Random(number).random,
            cancelled=threading.Event(),
            step=step,
            metric=lambda name, value, unit=None: None,
        )
        start = time.perf_counter()
        try:
            module.flow(context)
            return start, time.perf_counter(), None
        except Exception as error:
            return start, time.perf_counter(), f"{type(error).__name__}: {error}"


with ThreadPoolExecutor(max_workers=int(flows)) as pool:
    # As the example does: one flow in each thread to warm up.
    list(pool.map(run, [0] * int(flows)))
    done = list(pool.map(run, range(1, int(flows) + 1)))
module.teardown(scenario)
print(
    json.dumps(
        {
            "total": max(end for _, end, _ in done) - min(start for start, _, _ in done),
            "times": [end - start for start, end, error in done if error is None],
            "errors": [error for _, _, error in done if error is not None],
        }
    )
)
