"""smartnoise-synth's private synthesisers.

    python smartnoise_run.py mst|aim IN.csv OUT.csv EPSILON DELTA

Every value that occurs counts as public, as those synthesisers take it. Prints one line of JSON as pac_run.py does.
"""

import json
import resource
import sys
import time
from importlib.metadata import version

import pandas
from snsynth import Synthesizer


def main():
    method, source, target, epsilon, delta = sys.argv[1:6]
    begun = time.time()
    frame = pandas.read_csv(source, dtype=str, keep_default_na=False)
    synthesiser = Synthesizer.create(method, epsilon=float(epsilon), delta=float(delta))
    synthesiser.fit(frame, categorical_columns=list(frame.columns), preprocessor_eps=0.0)
    fitted = time.time()
    sample = synthesiser.sample(len(frame))
    seconds = time.time() - begun
    sample.to_csv(target, index=False)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({
        "peer": f"smartnoise-synth {version('smartnoise-synth')} {method.upper()}", "seconds": round(seconds, 2),
        "fit": round(fitted - begun, 2), "processor": round(usage.ru_utime + usage.ru_stime, 1),
        "mib": usage.ru_maxrss // 1024, "rows": len(sample),
    }))


main()
