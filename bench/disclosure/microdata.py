"""Invented records with the columns and the habits of the public data on trafficked people.

    python microdata.py ROWS COLUMNS SEED > FILE.csv

COLUMNS is 20 or 40. A latent corridor (from where, to where, into what) joins nationality, country, year, form of
exploitation and means of control; sex and age lean on it. Flags are "1" or empty, as in the public file.
"""

import sys

import numpy as np


def zipf(rng, n, a):
    weights = 1 / np.arange(1, n + 1) ** a
    rng.shuffle(weights[n // 3 :])
    return weights / weights.sum()


def choose(rng, weights_of, group):
    """One choice for each row, with the weights of its group."""
    cumulative = np.cumsum(weights_of, axis=1)
    cumulative /= cumulative[:, -1:]
    chosen = np.empty(len(group), dtype=np.int64)
    draw = rng.random(len(group))
    for g in range(len(weights_of)):
        rows = group == g
        chosen[rows] = np.searchsorted(cumulative[g], draw[rows])
    return np.minimum(chosen, weights_of.shape[1] - 1)


def records(rows, columns, seed):
    rng = np.random.default_rng(seed)
    shape = np.random.default_rng(2024)  # the population is the same whatever the seed
    corridors, countries, years = 40, 60, 20
    corridor = rng.choice(corridors, rows, p=zipf(shape, corridors, 1.1))

    def leaning(n, sharp, a=1.2):
        """Weights of n values for each corridor: a shared habit and a few values of its own."""
        shared = zipf(shape, n, a)
        own = shape.dirichlet(np.full(n, 0.05), corridors)
        return (1 - sharp) * shared + sharp * own

    names = np.array([f"C{n:02}" for n in range(countries)])
    origin = choose(rng, leaning(countries, 0.85), corridor)
    destination = choose(rng, leaning(countries, 0.9), corridor)
    year = choose(rng, leaning(years, 0.5, 0.3), corridor)
    sex = choose(rng, leaning(3, 0.6, 1.0), corridor)
    age = choose(rng, leaning(8, 0.5, 0.5), corridor * 1)
    young = age < 3

    def empty(values, share):
        out = values.astype(object)
        out[rng.random(rows) < share] = ""
        return out

    table = {
        "year": empty((2005 + year).astype(str), 0.01),
        "sex": empty(np.array(["female", "male", "transgender"])[sex], 0.02),
        "age": empty(
            np.array(["0-8", "9-17", "18-20", "21-23", "24-26", "27-29", "30-38", "39+"])[age], 0.25
        ),
        "nationality": empty(names[origin], 0.1),
        "country": empty(names[destination], 0.1),
        "months": empty(np.array(["0-12", "13-24", "25+"])[choose(rng, leaning(3, 0.6), corridor)], 0.6),
    }
    female = sex == 0
    flags = [
        "isForcedLabour", "isSexualExploit", "isOtherExploit", "meansDebtBondage", "meansFalsePromises", "meansThreats",
        "meansPhysicalAbuse", "meansPsychAbuse", "meansRestrictsMovement", "meansTakesEarnings", "recruiterFriend",
        "recruiterFamily", "recruiterPartner", "recruiterOther", "meansSexualAbuse", "meansDrugsAlcohol",
        "meansRestrictsMedicalCare", "meansExcessiveHours", "meansWithholdsDocuments", "meansWithholdsNecessities",
        "typeOfLabourAgriculture", "typeOfLabourConstruction", "typeOfLabourDomestic", "typeOfLabourHospitality",
        "typeOfLabourManufacturing", "typeOfLabourFishing", "typeOfLabourBegging", "typeOfSexProstitution",
        "typeOfSexPornography", "isAbduction", "isForcedMarriage", "isForcedMilitary", "isOrganRemoval", "isChildSoldier",
    ]
    rates = shape.beta(0.6, 3.0, (corridors, len(flags)))
    rates[:, 0] = shape.beta(0.4, 0.5, corridors)  # most were exploited either in labour or sexually
    rates[:, 1] = 0.9 * (1 - rates[:, 0])
    lean_female = shape.normal(0, 0.7, len(flags))
    lean_young = shape.normal(0, 0.5, len(flags))
    severity = rng.normal(0, 0.8, rows)  # means of control come together
    for f, flag in enumerate(flags[: columns - len(table)]):
        rate = rates[corridor, f]
        score = np.log(rate / (1 - rate + 1e-9) + 1e-9) + lean_female[f] * female + lean_young[f] * young
        if flag.startswith("means"):
            score = score + severity
        if flag.startswith("typeOfLabour"):
            score = np.where(table["isForcedLabour"] == "1", score + 1, -9)
        if flag.startswith("typeOfSex"):
            score = np.where(table["isSexualExploit"] == "1", score + 1, -9)
        held = rng.random(rows) < 1 / (1 + np.exp(-score))
        table[flag] = np.where(held, "1", "").astype(object)
    return table


def main():
    rows, columns, seed = (int(part) for part in sys.argv[1:4])
    table = records(rows, columns, seed)
    out = sys.stdout
    out.write(",".join(table) + "\n")
    lines = zip(*(column.tolist() for column in table.values()))
    out.writelines(",".join(line) + "\n" for line in lines)


main()
