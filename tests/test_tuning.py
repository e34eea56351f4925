"""What is said to numpy before it is loaded."""

import os
import subprocess
import sys

import pytest

_CHOICE = "from jobraker_cli.tuning import tune; tune(); import os; print(os.environ.get('{}'))"
_FEATURES = """
from jobraker_cli.tuning import tune
tune()
from numpy._core._multiarray_umath import __cpu_features__ as features
print(features.get("X86_V4", False))
"""
DISABLED, ENABLED = "NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES"


def printed(program: str, chosen: dict[str, str]) -> str:
    """What a program prints, run with what a user chose for numpy."""
    environment = {one: said for one, said in os.environ.items() if not one.startswith("NPY_")}
    command = [sys.executable, "-W", "always", "-c", program]
    done = subprocess.run(
        command, env=environment | chosen, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""  # nor a warning, though all are shown
    return done.stdout.strip()


on_x86 = pytest.mark.skipif(
    os.uname().machine not in ("x86_64", "amd64"), reason="only there numpy has such a sort"
)


@on_x86
def test_numpy_leaves_its_slow_sort() -> None:
    assert printed(_FEATURES, {}) == "False"


@on_x86
@pytest.mark.parametrize(
    ("chosen", "disabled"),
    [({}, "X86_V4"), ({DISABLED: "X86_V3"}, "X86_V3"), ({ENABLED: "X86_V3"}, "None")],
)
def test_what_the_user_chose_stays(chosen: dict[str, str], disabled: str) -> None:
    assert printed(_CHOICE.format(DISABLED), chosen) == disabled
