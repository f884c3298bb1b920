"""Splink on one of the benchmark's sets, configured as its documentation recommends: comparisons
from its comparison library with term-frequency adjustment, u by random sampling, m by expectation
maximisation over blocking rules, of ten million pairs each at most, the prior from deterministic rules. DuckDB may hold MEMORY (10GB unless told)
and puts down in SPILL what it cannot hold. Prints one JSON line; tells on standard error what it has used by then,
so that something is known of a run that was ended.

    splink_run.py febrl3 FILE | febrl4 FILE FILE | registry FILE
"""

import json
import os
import resource
import sys
import tempfile
import threading
import time

import duckdb
import pandas as pd
import splink
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

started = time.perf_counter()
stage = "reading"


def used():
    own = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter() - started, own.ru_utime + own.ru_stime, own.ru_maxrss / 1024


def say(what):
    global stage
    stage = what
    tell()


def tell():
    print("{:8.1f} s, {:8.1f} s of processor, {:7.0f} MiB: {}".format(*used(), stage), file=sys.stderr, flush=True)


def tell_each_minute():
    while True:
        time.sleep(60)
        tell()


# The CSVs hold no numbers to count with: zeros at the start matter.
def read(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def febrl(files, link_type):
    settings = SettingsCreator(
        unique_id_column_name="rec_id",
        link_type=link_type,
        blocking_rules_to_generate_predictions=[
            block_on("soc_sec_id"),
            block_on("given_name", "surname"),
            block_on("date_of_birth"),
            block_on("postcode", "surname"),
            block_on("postcode", "given_name"),
            block_on("street_number", "suburb"),
        ],
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
            ),
            cl.LevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("postcode", [1, 2]),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.8]),
            cl.JaroWinklerAtThresholds("suburb", [0.9]).configure(term_frequency_adjustments=True),
        ],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    frames = [read(path).drop(columns=["cluster"]) for path in files]
    deterministic = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
    sessions = [block_on("date_of_birth"), block_on("surname"), block_on("soc_sec_id")]
    return frames, settings, deterministic, 0.9, sessions


def registry(files):
    settings = SettingsCreator(
        unique_id_column_name="record_id",
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("document"),
            block_on("phone", "sex"),
            block_on("given_name", "birth_date"),
            block_on("family_name", "birth_date"),
            block_on("given_name", "family_name", "nationality"),
            block_on("birth_date", "place"),
            block_on("birth_date", "nationality", "sex"),
        ],
        comparisons=[
            cl.ForenameSurnameComparison("given_name", "family_name"),
            cl.JaroWinklerAtThresholds("father_name", [0.92, 0.8]),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.ExactMatch("sex"),
            cl.LevenshteinAtThresholds("phone", [1, 2]),
            cl.LevenshteinAtThresholds("document", [1, 2]),
            cl.JaroWinklerAtThresholds("place", [0.9]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("nationality").configure(term_frequency_adjustments=True),
        ],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    frame = read(files[0]).drop(columns=["person"])
    # Splink's documentation advises to clean first: telephone numbers in one form.
    frame["phone"] = frame["phone"].str[-9:]
    deterministic = [block_on("document"), block_on("given_name", "family_name", "birth_date")]
    sessions = [
        block_on("birth_date", "sex"),
        block_on("given_name", "family_name", "nationality"),
        block_on("document"),
        block_on("phone", "birth_date"),
    ]
    return [frame], settings, deterministic, 0.8, sessions


def main():
    which, files = sys.argv[1], sys.argv[2:]
    truth_column, id_column = ("person", "record_id") if which == "registry" else ("cluster", "rec_id")
    threading.Thread(target=tell_each_minute, daemon=True).start()
    if which == "registry":
        frames, settings, deterministic, recall, sessions = registry(files)
    else:
        frames, settings, deterministic, recall, sessions = febrl(
            files, "dedupe_only" if which == "febrl3" else "link_only"
        )
    spill = os.environ.get("SPILL") or tempfile.mkdtemp()
    api = DuckDBAPI(duckdb.connect(config={
        "memory_limit": os.environ.get("MEMORY", "10GB"), "temp_directory": spill, "preserve_insertion_order": "false"
    }))
    aliases = [f"side_{at}" for at in range(len(frames))]
    tables = [api.register(frame, dataset_display_name=name) for frame, name in zip(frames, aliases)]
    linker = Linker(tables if len(tables) > 1 else tables[0], settings)
    say("prior")
    linker.training.estimate_probability_two_random_records_match(deterministic, recall=recall)
    say("u")
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    for rule in sessions:
        say("m")
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=1e7)
    say("pairs")
    predicted = linker.inference.predict(threshold_match_probability=0.01)
    say("clusters")
    clusters = {}
    if which != "febrl4":
        clusters[0.9] = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, 0.9)
    seconds, processor, memory = used()
    say("judging")
    pairs = predicted.as_pandas_dataframe()[[f"{id_column}_l", f"{id_column}_r", "match_probability"]]
    pairs.columns = ["l", "r", "p"]
    if which != "febrl4":
        for threshold in (0.5, 0.75, 0.95, 0.99, 0.999, 0.9999, 0.99999):
            clusters[threshold] = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold)
    # Judged twice, by pairs as predicted and by clusters; the better figure is the one given.
    judged = []
    truth = pd.concat([read(path)[[id_column, truth_column]] for path in files])
    person = truth.set_index(id_column)[truth_column]
    if len(files) == 2:
        matching = len(read(files[0]).merge(read(files[1]), on=truth_column))
    else:
        matching = within(truth.groupby(truth_column).size())
    pairs["right"] = pairs["l"].map(person).values == pairs["r"].map(person).values
    for threshold in (0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999):
        said = pairs[pairs["p"] >= threshold]
        judged.append(judge(threshold, int(said["right"].sum()), len(said), matching))
    for threshold, table in clusters.items():
        both = table.as_pandas_dataframe()[[id_column, "cluster_id"]].merge(truth, on=id_column)
        right = within(both.groupby(["cluster_id", truth_column]).size())
        judged.append(judge(threshold, right, within(both.groupby("cluster_id").size()), matching))
    best = max(judged, key=lambda point: point["f1"])
    print(json.dumps({"engine": f"Splink {splink.__version__}, DuckDB {duckdb.__version__}", "set": which,
                      "seconds": round(seconds, 2), "processor": round(processor, 2), "mib": round(memory), "best": best, "points": judged}))


def within(sizes):
    return int((sizes * (sizes - 1) // 2).sum())


def judge(threshold, right, said, matching):
    precision, recall = right / max(said, 1), right / max(matching, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"threshold": threshold, "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


if __name__ == "__main__":
    main()
