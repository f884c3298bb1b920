"""Cuts the Noto typefaces down to what Watari prints.

    pip install fonttools==4.68.0
    python3 subset.py NOTO_FOLDER NOTO_CJK_FOLDER

The folders hold NotoSans-Regular.ttf and its sisters, and
NotoSansCJK-Regular.ttc. The results are written beside this file.
"""

import sys
from itertools import product
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
LATIN = [
    *range(0x0020, 0x0250),  # Latin with Vietnamese
    *range(0x02B0, 0x0530),  # marks, Greek, Cyrillic
    *range(0x1E00, 0x2070),  # Vietnamese, old Greek, punctuation
    *range(0x2070, 0x20D0),  # superscripts, currencies
    *range(0x2100, 0x2150),  # signs such as No and TM
    0x2212, 0x25CC, *range(0xFB00, 0xFB07), 0xFFFD,
]
LAM_ALEF = range(0xFEF5, 0xFEFD)


def jis_x_0208():
    """Every character of the standard: kana, kanji of both levels, signs."""
    for pair in product(range(0xA1, 0xFF), repeat=2):
        try:
            yield ord(bytes(pair).decode("euc_jp"))
        except UnicodeDecodeError:
            pass


def japanese():
    return {
        *jis_x_0208(),
        *range(0x3000, 0x3100),  # all kana and punctuation
        *range(0xFF01, 0xFFE7),  # full and half width forms
        *range(0x2190, 0x2200),  # arrows, mathematics
        *range(0x2460, 0x2474),  # circled numbers
        0x25A0, 0x25A1, 0x25CF, 0x2610, 0x2611, 0x2612, 0x2713,
    }


def cut(source, target, characters, features, number=-1):
    options = subset.Options(
        hinting=False,
        notdef_outline=True,
        layout_features=features,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        font_number=number,
    )
    font = subset.load_font(source, options)
    if "Arabic" in target:
        keep_only_lam_alef(font)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters if characters else font.getBestCmap())
    cutter.subset(font)
    font.save(HERE / target)


def keep_only_lam_alef(font):
    """Unmakes the ligatures of lam with other letters than alef: viewers
    neither find nor copy the letters under them."""
    names = {font.getBestCmap().get(code) for code in LAM_ALEF}
    table = font["GSUB"].table
    records = table.FeatureList.FeatureRecord
    lookups = {index for record in records if record.FeatureTag == "rlig" for index in record.Feature.LookupListIndex}
    for index in lookups:
        for part in table.LookupList.Lookup[index].SubTable:
            part = getattr(part, "ExtSubTable", part)
            kept = {first: [one for one in several if one.LigGlyph in names] for first, several in part.ligatures.items()}
            part.ligatures = {first: several for first, several in kept.items() if several}


def main(noto, cjk):
    for weight in ("Regular", "Bold"):
        name = f"NotoSans-{weight}.ttf"
        cut(noto / name, name, LATIN, ["ccmp", "locl", "mark", "mkmk", "kern", "liga"])
        name = f"NotoSansArabic-{weight}.ttf"
        cut(noto / name, name, None, ["ccmp", "locl", "isol", "init", "medi", "fina", "rlig", "mark", "mkmk", "kern"])
    for script in ("Bengali", "Devanagari", "Ethiopic", "Khmer", "Myanmar", "Thai"):
        name = f"NotoSans{script}-Regular.ttf"
        cut(noto / name, name, None, ["*"])
    # The first typeface of the collection is the Japanese one.
    cut(cjk / "NotoSansCJK-Regular.ttc", "NotoSansJP-Regular.otf", japanese(), ["ccmp", "locl", "mark", "mkmk"], 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
