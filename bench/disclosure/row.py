"""One row of the table: row.py SET LINE_OF_JSON ERRORS OTHERWISE.

ERRORS is one line of JSON for each length of combination; OTHERWISE is told of a run that has no line.
"""

import json
import sys


def main():
    name, run, errors, otherwise = sys.argv[1:5]
    if not run.strip() or not errors.strip():
        print(f"| {name} | {otherwise} | | | | | | |")
        return
    run = json.loads(run)
    lines = [json.loads(line) for line in errors.splitlines() if line.strip()]
    told = " | ".join(f"{100 * line['relative_error']:.2f} % ({line['mean_error']:.1f})" for line in lines)
    print(f"| {name} | {run['peer']} | {run['seconds']:.1f} | {run['processor']:.1f} | {run['mib']} | {told} |")


main()
