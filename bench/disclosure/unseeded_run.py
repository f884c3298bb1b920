"""The unseeded synthesiser of pac-synth's makers, which their Python package lacks: from their command line (sds-cli).

    SDS=/path/to/sds-cli python unseeded_run.py IN.csv OUT.csv K

No combination of its records is rarer than K in the original; there is no noise. Prints one line of JSON.
"""

import json
import os
import resource
import subprocess
import sys
import time


def main():
    source, target, k = sys.argv[1:4]
    sds = os.environ["SDS"]
    version = subprocess.run([sds, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    begun = time.time()
    subprocess.run(
        [sds, "--sensitive-path", source, "--sensitive-delimiter", ",", "--resolution", k, "generate", "--mode", "unseeded",
         "--synthetic-path", target, "--synthetic-delimiter", ","],
        check=True, stdout=subprocess.DEVNULL,
    )
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({
        "peer": f"{version}, unseeded, threshold {k}", "seconds": round(time.time() - begun, 2),
        "processor": round(usage.ru_utime + usage.ru_stime, 1), "mib": usage.ru_maxrss // 1024,
    }))


main()
