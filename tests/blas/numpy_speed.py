"""One round of a NumPy product: prints whether it is right and its best and median time. Run in turns, with and without
LD_PRELOAD of an exported library (numpy_speed.sh does)."""
import sys
import time

import numpy as np


def main(m, n, k, seconds):
    rng = np.random.default_rng(1)
    a = rng.standard_normal((m, k), dtype=np.float32)
    b = rng.standard_normal((k, n), dtype=np.float32)
    exact = a.astype(np.float64) @ b.astype(np.float64)
    size = np.abs(a).astype(np.float64) @ np.abs(b).astype(np.float64)
    right = bool((np.abs(a @ b - exact) <= 16 * np.finfo(np.float32).eps * size).all())
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        a @ b
        times.append(time.perf_counter() - begin)
    print(int(right), sorted(times)[len(times) // 2])


main(*(int(x) for x in sys.argv[1:4]), float(sys.argv[4]))
