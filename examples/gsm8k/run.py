"""Score recorded solutions of GSM8K: `make example NAME=gsm8k`."""

import sys
from itertools import pairwise
from pathlib import Path

import evalium as ev
from evalium.runner import estimate_text

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
from find_data import plan_on_shared_data  # noqa: E402

plan = plan_on_shared_data(HERE / "plan.yaml")
workspace = HERE / "out" / "workspace"
result = ev.run(plan or HERE / "small.yaml", base=HERE, workspace=workspace)
for run in result.runs:
    accuracy = run["accuracy"]
    print(f"{run.model:18} {round(accuracy.value * accuracy.n):4} of {accuracy.n} right  {estimate_text(accuracy)}")
