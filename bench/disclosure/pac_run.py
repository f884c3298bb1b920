"""pac-synth's aggregate-seeded private synthesiser.

    python pac_run.py IN.csv OUT.csv EPSILON DELTA LENGTH

Prints one line of JSON: seconds for fitting and sampling, peak memory, version.
"""

import json
import resource
import sys
import time
from importlib.metadata import version

import pacsynth


def main():
    source, target, epsilon, delta, length = sys.argv[1:6]
    begun = time.time()
    with open(source, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split(",") for line in file]
    dataset = pacsynth.Dataset(rows)
    parameters = (
        pacsynth.DpAggregateSeededParametersBuilder()
        .reporting_length(int(length))
        .epsilon(float(epsilon))
        .delta(float(delta))
        .build()
    )
    synthesiser = pacsynth.DpAggregateSeededSynthesizer(parameters)
    synthesiser.fit(dataset)
    fitted = time.time()
    sample = synthesiser.sample(len(rows) - 1)
    seconds = time.time() - begun
    with open(target, "w", encoding="utf-8") as file:
        file.writelines(",".join(row) + "\n" for row in sample)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({
        "peer": "pac-synth " + version("pac-synth"), "seconds": round(seconds, 2),
        "fit": round(fitted - begun, 2), "mib": memory, "rows": len(sample) - 1,
    }))


main()
