"""Makes the vectors and fonts beside this file: `pip install fonttools==4.68.0 cffsubr==0.4.0`, then `python3 make.py`.

advances.tsv  characters of fonts/NotoSans-SemiBold.ttf with their advances, as fonttools reads them
kerning.tsv   pairs of it with the change of the first advance
cubic.otf     letters of it with cubic outlines, in routines (CFF)
kern.ttf      letters of it with the pairs in `kern` and not in GPOS
"""
from pathlib import Path

import cffsubr
from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._k_e_r_n import KernTable_format_0

here = Path(__file__).parent
path = here.parents[3] / "fonts" / "NotoSans-SemiBold.ttf"
font = TTFont(path)
cmap, metrics = font.getBestCmap(), font["hmtx"]

with open(here / "advances.tsv", "w") as out:
    for code, name in sorted(cmap.items()):
        out.write(f"{code:04X}\t{metrics[name][0]}\n")


def pairs_of(gpos):
    wanted = {i for r in gpos.FeatureList.FeatureRecord if r.FeatureTag == "kern" for i in r.Feature.LookupListIndex}
    for index in sorted(wanted):
        subtables = gpos.LookupList.Lookup[index].SubTable
        yield [s.ExtSubTable if s.LookupType == 9 else s for s in subtables]


def kerning(left, right):
    total = 0
    for subtables in pairs_of(font["GPOS"].table):
        for sub in subtables:
            if left not in sub.Coverage.glyphs:
                continue
            if sub.Format == 1:
                found = [r for r in sub.PairSet[sub.Coverage.glyphs.index(left)].PairValueRecord if r.SecondGlyph == right]
                if not found:
                    continue
                value = found[0].Value1
            else:
                one, other = sub.ClassDef1.classDefs.get(left, 0), sub.ClassDef2.classDefs.get(right, 0)
                value = sub.Class1Record[one].Class2Record[other].Value1
            total += (value.XAdvance if value and hasattr(value, "XAdvance") else 0)
            break
    return total


letters = "AVTWYLPFrfvwyoeacdgnst.,-ГТУРАоедуавΑΥΤΛΓαοτυ\u2019\u201d"
letters = [letter for letter in letters if ord(letter) in cmap]
pairs = {(a, b): kerning(cmap[ord(a)], cmap[ord(b)]) for a in letters for b in letters}
with open(here / "kerning.tsv", "w") as out:
    for (a, b), change in pairs.items():
        if change or (a, b) in (("n", "n"), ("A", "A")):
            out.write(f"{a}\t{b}\t{change}\n")

small = sorted(set("AaBbCgQRSs&8%@éßЖЮя…. ΩδHx"))
names = [".notdef"] + [cmap[ord(c)] for c in small]
glyphs = font.getGlyphSet()
strings = {}
for name in names:
    pen = T2CharStringPen(metrics[name][0], None)
    record = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(record)
    cubic = Qu2CuPen(pen, max_err=0.5, all_cubic=True)
    record.replay(cubic)
    strings[name] = pen.getCharString()
builder = FontBuilder(font["head"].unitsPerEm, isTTF=False)
builder.setupGlyphOrder(names)
builder.setupCharacterMap({ord(c): cmap[ord(c)] for c in small})
builder.setupCFF("Cubic-Regular", {"FullName": "Cubic"}, strings, {})
builder.setupHorizontalMetrics({name: metrics[name] for name in names})
builder.setupHorizontalHeader(ascent=1069, descent=-293)
builder.setupNameTable({"familyName": "Cubic", "styleName": "Regular"})
builder.setupOS2()
builder.setupPost()
builder.font["head"].created = builder.font["head"].modified = 0
builder.font.recalcTimestamp = False
cffsubr.subroutinize(builder.font)
builder.font.save(here / "cubic.otf")

options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, glyph_names=False, name_IDs=[1, 2])
subsetter = subset.Subsetter(options)
subsetter.populate(text="AVTo ")
old = TTFont(path, recalcTimestamp=False)
subsetter.subset(old)
table = newTable("kern")
table.version = 0
part = KernTable_format_0()
part.version, part.coverage, part.apple = 0, 1, False
names = old.getBestCmap()
part.kernTable = {(names[ord(a)], names[ord(b)]): pairs[a, b] for a in "AVTo" for b in "AVTo" if pairs[a, b]}
table.kernTables = [part]
old["kern"] = table
old.save(here / "kern.ttf")
