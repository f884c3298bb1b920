"""One row of the benchmark's table from an engine's line of JSON."""

import json
import sys

what, line = sys.argv[1], sys.argv[2]
try:
    result = json.loads(line)
except ValueError:
    print(f"| {what} | Splink | failed: see splink.log | | | | | | | |")
    sys.exit()
best = result["best"]
usual = max((point["f1"] for point in result["points"] if point["threshold"] == 0.5), default=float("nan"))
print(f"| {what} | {result['engine']} | {result['seconds']} | {result['processor']} | {result['mib']} | {best['precision']:.4f} "
      f"| {best['recall']:.4f} | {best['f1']:.4f} | {best['threshold']} | {usual:.4f} |")
