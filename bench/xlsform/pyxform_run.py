"""Seconds that pyxform takes to convert a workbook, in its own process: python pyxform_run.py FILE TIMES

Prints the fastest of TIMES conversions, after one to warm up, because others may use the machine.
"""

import sys
import time

from pyxform.xls2xform import convert

file, times = sys.argv[1], int(sys.argv[2])
taken = []
for _ in range(times + 1):
    start = time.perf_counter()
    convert(file)
    taken.append(time.perf_counter() - start)
print(min(taken[1:]))
