"""How Python and numpy work in this program: said once, before anything else is loaded."""

import gc
import os

# numpy's sort by AVX-512 takes five times as long as its sort by AVX2 on AMD's Zen 4, and is not
# much faster anywhere (numpy/x86-simd-sort, issue 6). numpy reads at its import what it must leave.
_LEFT = "X86_V4"
_X86 = ("x86_64", "amd64")  # elsewhere numpy would warn that it has no such sort
_NUMPY_FEATURES = ("NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES")


def tune() -> None:
    """Look for cyclic garbage seldom, and choose how numpy sorts unless the user did."""
    # Loading modules makes objects and no garbage; looking for it is a tenth of the start.
    gc.set_threshold(100_000, 20, 20)
    chosen = any(name in os.environ for name in _NUMPY_FEATURES)  # noqa: TID251 - numpy asks there
    if not chosen and hasattr(os, "uname") and os.uname().machine in _X86:
        os.environ[_NUMPY_FEATURES[0]] = _LEFT  # noqa: TID251
