//! From a string to lines of glyphs: direction, choice of face, shaping and
//! line breaking.
//!
//! All lengths are in ems, so that a line does not depend on its size.
//!
//! Every stretch between two places where a line may break is shaped on its
//! own. Scripts that join their letters never join across such a place, so
//! nothing is lost, and a line can be broken without shaping anything again.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::str::FromStr;

use harfrust::{
    BufferClusterLevel, BufferFlags, Direction, GlyphBuffer, Language, Script, ShapeOptions, ShapePlan, Shaper,
    UnicodeBuffer,
};
use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::{GraphemeClusterSegmenter, GraphemeClusterSegmenterBorrowed, LineSegmenter, LineSegmenterBorrowed};
use krilla::text::{GlyphId, KrillaGlyph};
use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};

use super::fonts::{Face, FaceId, Shelf};

/// Longer stretches without a place to break are cut before they are shaped:
/// no word is that long, and shaping takes more than linear time.
const LONGEST_WORD: usize = 600;

/// Fewer digits are hardly a telephone number.
const FEWEST_DIALLED: usize = 7;

/// Where a text begins. The side of the page decides if the first letter
/// agrees with it, and the majority of the letters if not: a name in Latin
/// letters at its beginning does not turn an Arabic sentence round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// The page reads from left to right.
    LeftToRight,
    /// The page reads from right to left.
    RightToLeft,
    /// From left to right, whatever the letters say.
    AlwaysLeftToRight,
}

/// A line of text.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// The paragraph the line is cut from.
    pub(super) text: Rc<str>,
    /// In the order in which they are read.
    runs: Vec<Run>,
    pub(super) width: f32,
    pub(super) ascent: f32,
    pub(super) descent: f32,
}

/// Glyphs of one face that stand side by side, from left to right.
pub(super) struct Stretch {
    pub(super) face: FaceId,
    /// What the glyphs say, in reading order; they refer to it by position.
    pub(super) text: String,
    /// Whether the strokes must be thickened, for want of a bold face.
    pub(super) thickened: bool,
    pub(super) glyphs: Vec<KrillaGlyph>,
    pub(super) width: f32,
}

#[derive(Debug, Clone)]
struct Run {
    face: FaceId,
    level: Level,
    thickened: bool,
    /// Where the run begins in its paragraph.
    start: usize,
    shaped: Rc<Shaped>,
}

/// A shaped word. Its glyphs' text ranges count from its own beginning.
#[derive(Debug, Default)]
struct Shaped {
    glyphs: Vec<KrillaGlyph>,
    width: f32,
}

/// A part of a paragraph that has one face and one direction.
struct Span {
    range: Range<usize>,
    face: FaceId,
    level: Level,
}

/// A paragraph with everything about it that does not depend on its width.
struct Paragraph {
    text: Rc<str>,
    spans: Vec<Span>,
    bold: bool,
}

/// How wide a text is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extent {
    /// Its longest word.
    pub(super) word: f32,
    /// Its longest line when nothing is broken.
    pub(super) line: f32,
}

/// Sets text. Keeps what it has shaped, since the words of a case file recur.
pub(super) struct Typesetter {
    shelf: &'static Shelf,
    shapers: Vec<Shaper<'static>>,
    language: Option<Language>,
    plans: HashMap<(FaceId, bool, Option<Script>), ShapePlan>,
    words: HashMap<(FaceId, bool), HashMap<Box<str>, Rc<Shaped>>>,
    line_breaks: LineSegmenterBorrowed<'static>,
    clusters: GraphemeClusterSegmenterBorrowed<'static>,
}

impl Typesetter {
    pub(super) fn new(shelf: &'static Shelf, language: &str) -> Self {
        let shaper = |face: &'static Face| face.shaping.shaper(&face.reference).build();
        Self {
            shelf,
            shapers: shelf.faces().iter().map(shaper).collect(),
            language: Language::from_str(language).ok(),
            plans: HashMap::new(),
            words: HashMap::new(),
            line_breaks: LineSegmenter::new_auto(LineBreakOptions::default()),
            clusters: GraphemeClusterSegmenter::new(),
        }
    }

    /// Breaks a text into lines no wider than `width`, except where a single
    /// letter is wider. A text of nothing but spaces has no lines.
    pub(super) fn lines(&mut self, text: &str, bold: bool, base: Base, width: f32) -> Vec<Line> {
        let mut lines = Vec::new();
        for paragraph in paragraphs(text) {
            let paragraph = self.paragraph(&paragraph, bold, base);
            lines.extend(self.break_lines(&paragraph, width));
        }
        lines
    }

    /// Measures a text without breaking it.
    pub(super) fn extent(&mut self, text: &str, bold: bool, base: Base) -> Extent {
        let mut extent = Extent::default();
        for paragraph in paragraphs(text) {
            let paragraph = self.paragraph(&paragraph, bold, base);
            let words = self.stretches(&paragraph.text);
            let mut line = 0.0;
            for word in words {
                let (word, space) = apart_from_space(&paragraph.text, word);
                let width = total(&self.runs(&paragraph, word));
                line += width + total(&self.runs(&paragraph, space));
                extent.word = extent.word.max(width);
            }
            extent.line = extent.line.max(line);
        }
        extent
    }

    fn paragraph(&self, text: &str, bold: bool, base: Base) -> Paragraph {
        let levels = levels(text, base.level_of(text));
        Paragraph { spans: self.spans(text, &levels), text: text.into(), bold }
    }

    /// Parts the text wherever the face or the direction changes.
    fn spans(&self, text: &str, levels: &[Level]) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for (start, character) in text.char_indices() {
            let end = start + character.len_utf8();
            let face = self.shelf.face_for(character, spans.last().map(|span| span.face));
            match spans.last_mut() {
                Some(span) if span.face == face && span.level == levels[start] => span.range.end = end,
                _ => spans.push(Span { range: start..end, face, level: levels[start] }),
            }
        }
        spans
    }

    /// The stretches between the places where a line may break.
    fn stretches(&self, text: &str) -> Vec<Range<usize>> {
        let breaks = self.line_breaks.segment_str(text);
        let stretches = between(breaks, 0).flat_map(|stretch| self.cut_endless(text, stretch));
        stretches.collect()
    }

    fn cut_endless(&self, text: &str, stretch: Range<usize>) -> Vec<Range<usize>> {
        if stretch.len() <= LONGEST_WORD {
            return vec![stretch];
        }
        let mut pieces = vec![nothing_at(stretch.start)];
        for cluster in between(self.clusters.segment_str(&text[stretch.clone()]), stretch.start) {
            match pieces.last_mut() {
                Some(piece) if piece.len() + cluster.len() <= LONGEST_WORD => piece.end = cluster.end,
                _ => pieces.extend(whole_characters(text, cluster)),
            }
        }
        pieces
    }

    fn break_lines(&mut self, paragraph: &Paragraph, width: f32) -> Vec<Line> {
        let mut breaker = LineBreaker::new(self.shelf, paragraph, width);
        for stretch in self.stretches(&paragraph.text) {
            let (word, space) = apart_from_space(&paragraph.text, stretch);
            for piece in self.pieces_that_fit(paragraph, word, width) {
                breaker.add_word(self.runs(paragraph, piece));
            }
            breaker.add_space(self.runs(paragraph, space));
        }
        breaker.finish()
    }

    /// The word itself, or its pieces if it is wider than a line. The pieces
    /// are cut between the clusters of the shaped word, so that no letter
    /// loses its marks.
    fn pieces_that_fit(&mut self, paragraph: &Paragraph, word: Range<usize>, width: f32) -> Vec<Range<usize>> {
        let runs = self.runs(paragraph, word.clone());
        if total(&runs) <= width {
            return vec![word];
        }
        let mut pieces = vec![nothing_at(word.start)];
        let mut used = 0.0;
        for (cluster, advance) in clusters(&runs) {
            match pieces.last_mut() {
                Some(piece) if used + advance <= width || used == 0.0 => {
                    piece.end = cluster.end.max(piece.end);
                    used += advance;
                }
                _ => {
                    pieces.push(cluster);
                    used = advance;
                }
            }
        }
        // Invisible characters at the end have no glyph, and so no cluster.
        if let Some(last) = pieces.last_mut() {
            last.end = word.end;
        }
        pieces
    }

    /// Shapes part of a paragraph.
    fn runs(&mut self, paragraph: &Paragraph, part: Range<usize>) -> Vec<Run> {
        let first = paragraph.spans.partition_point(|span| span.range.end <= part.start);
        let spans = paragraph.spans[first..].iter();
        spans.take_while(|span| span.range.start < part.end).map(|span| self.run(paragraph, span, &part)).collect()
    }

    fn run(&mut self, paragraph: &Paragraph, span: &Span, part: &Range<usize>) -> Run {
        let range = span.range.start.max(part.start)..span.range.end.min(part.end);
        let bold = self.shelf.face(span.face).bold.filter(|_| paragraph.bold);
        let face = bold.unwrap_or(span.face);
        Run {
            face,
            level: span.level,
            thickened: paragraph.bold && bold.is_none(),
            start: range.start,
            shaped: self.shape(face, &paragraph.text[range], span.level.is_rtl()),
        }
    }

    fn shape(&mut self, face: FaceId, text: &str, right_to_left: bool) -> Rc<Shaped> {
        let known = self.words.entry((face, right_to_left)).or_default();
        if let Some(shaped) = known.get(text) {
            return Rc::clone(shaped);
        }
        let shaped = Rc::new(self.shape_anew(face, text, right_to_left));
        let known = self.words.entry((face, right_to_left)).or_default();
        known.insert(text.into(), Rc::clone(&shaped));
        shaped
    }

    fn shape_anew(&mut self, face: FaceId, text: &str, right_to_left: bool) -> Shaped {
        let buffer = self.buffer(text, right_to_left);
        let shaper = &self.shapers[face];
        let script = Some(buffer.script());
        let plan = self
            .plans
            .entry((face, right_to_left, script))
            .or_insert_with(|| ShapePlan::new(shaper, buffer.direction(), script, self.language.as_ref(), &[]));
        let glyphs = shaper.shape(buffer, ShapeOptions::new().plan(Some(plan)));
        Shaped::read(&glyphs, text, self.shelf.face(face))
    }

    fn buffer(&self, text: &str, right_to_left: bool) -> UnicodeBuffer {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.set_flags(BufferFlags::REMOVE_DEFAULT_IGNORABLES);
        buffer.guess_segment_properties();
        buffer.set_direction(if right_to_left { Direction::RightToLeft } else { Direction::LeftToRight });
        if right_to_left {
            // Viewers turn such text round letter by letter, and would put a
            // mark in one cluster with its letter on the wrong side.
            buffer.set_cluster_level(BufferClusterLevel::MonotoneCharacters);
        }
        if let Some(language) = &self.language {
            buffer.set_language(language.clone());
        }
        buffer
    }
}

impl Base {
    fn level_of(self, text: &str) -> Level {
        let page = match self {
            Self::AlwaysLeftToRight => return Level::ltr(),
            Self::LeftToRight => Level::ltr(),
            Self::RightToLeft => Level::rtl(),
        };
        let directions: Vec<Level> = text.chars().filter_map(direction).collect();
        match directions.first() {
            // Nothing but numbers and signs: telephone numbers above all.
            None => Level::ltr(),
            Some(first) if *first == page => page,
            Some(_) => majority(&directions),
        }
    }
}

fn majority(directions: &[Level]) -> Level {
    let right_to_left = directions.iter().filter(|level| level.is_rtl()).count();
    if right_to_left * 2 > directions.len() { Level::rtl() } else { Level::ltr() }
}

/// The direction a letter demands; numbers and signs demand none.
fn direction(character: char) -> Option<Level> {
    match bidi_class(character) {
        BidiClass::L => Some(Level::ltr()),
        BidiClass::R | BidiClass::AL => Some(Level::rtl()),
        _ => None,
    }
}

/// Direction of every byte, by the Unicode algorithm but for one thing: the
/// groups of a telephone number stay in the order in which they are dialled.
fn levels(text: &str, base: Level) -> Vec<Level> {
    let mut levels = BidiInfo::new(text, Some(base)).levels;
    for number in telephone_numbers(text) {
        let highest = levels[number.clone()].iter().copied().max().filter(|level| level.is_ltr());
        if let Some(level) = highest {
            levels[number].fill(level);
        }
    }
    levels
}

/// Groups of digits apart by spaces, hyphens or brackets, beginning with a
/// plus or a zero and long enough to be dialled.
fn telephone_numbers(text: &str) -> Vec<Range<usize>> {
    let is_part = |character: char| character.is_ascii_digit() || "+ -()".contains(character);
    let mut numbers = Vec::new();
    let mut start = 0;
    for part in text.split_inclusive(|character| !is_part(character)) {
        let number = part.trim_end_matches(|character| !is_part(character));
        let number = number.trim_end_matches(|character: char| !character.is_ascii_digit());
        let begin = number.find(['+', '0']).filter(|begin| !number[..*begin].contains(|c: char| c.is_ascii_digit()));
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        if let Some(begin) = begin.filter(|_| digits >= FEWEST_DIALLED) {
            numbers.push(start + begin..start + number.len());
        }
        start += part.len();
    }
    numbers
}

impl Shaped {
    fn read(buffer: &GlyphBuffer, text: &str, face: &Face) -> Self {
        let ends = cluster_ends(buffer, text.len());
        let mut shaped = Self::default();
        for (info, position) in buffer.glyph_infos().iter().zip(buffer.glyph_positions()) {
            let start = info.cluster as usize;
            let end = ends.get(&start).copied().unwrap_or(text.len());
            let missing = (info.glyph_id == 0).then_some(face.replacement).flatten();
            let em = |units: i32| units as f32 / face.units_per_em;
            let advance = missing.map_or(em(position.x_advance), |glyph| face.advance(glyph));
            shaped.width += advance;
            shaped.glyphs.push(KrillaGlyph::new(
                GlyphId::new(missing.unwrap_or(info.glyph_id)),
                advance,
                em(position.x_offset),
                em(position.y_offset),
                em(position.y_advance),
                start..end,
                None,
            ));
        }
        shaped
    }
}

/// Where each cluster of shaped text ends, by where it begins.
fn cluster_ends(buffer: &GlyphBuffer, length: usize) -> HashMap<usize, usize> {
    let infos = buffer.glyph_infos().iter();
    let mut starts: Vec<usize> = infos.map(|info| info.cluster as usize).collect();
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).copied().chain([length]);
    starts.iter().copied().zip(ends).collect()
}

impl Line {
    /// A line without a glyph.
    pub(super) fn empty() -> Self {
        Self { text: "".into(), runs: Vec::new(), width: 0.0, ascent: 0.0, descent: 0.0 }
    }

    /// The glyphs from left to right, in stretches that can be drawn at once.
    pub(super) fn stretches(&self) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut previous: Option<&Run> = None;
        for run in self.runs_from_left() {
            match stretches.last_mut() {
                Some(stretch) if previous.is_some_and(|left| left.continues_in(run)) => stretch.add(run, &self.text),
                _ => stretches.push(Stretch::of(run, &self.text)),
            }
            previous = Some(run);
        }
        stretches
    }

    fn runs_from_left(&self) -> impl Iterator<Item = &Run> {
        let levels: Vec<Level> = self.runs.iter().map(|run| run.level).collect();
        let order = BidiInfo::reorder_visual(&levels);
        order.into_iter().map(|index| &self.runs[index])
    }
}

impl Run {
    fn continues_in(&self, next: &Self) -> bool {
        self.face == next.face && self.thickened == next.thickened && self.level.is_rtl() == next.level.is_rtl()
    }

    /// The glyphs with their ranges counted from the paragraph's beginning.
    fn glyphs(&self) -> impl Iterator<Item = KrillaGlyph> {
        self.shaped.glyphs.iter().cloned().map(|mut glyph| {
            glyph.text_range = glyph.text_range.start + self.start..glyph.text_range.end + self.start;
            glyph
        })
    }
}

impl Stretch {
    fn of(run: &Run, paragraph: &str) -> Self {
        let mut stretch =
            Self { face: run.face, text: String::new(), thickened: run.thickened, glyphs: Vec::new(), width: 0.0 };
        stretch.add(run, paragraph);
        stretch
    }

    fn add(&mut self, run: &Run, paragraph: &str) {
        self.width += run.shaped.width;
        let mut before: Option<(Range<usize>, Range<usize>)> = None;
        for mut glyph in run.glyphs() {
            let range = glyph.text_range.clone();
            let said = match before {
                Some((ref of, ref said)) if *of == range => said.clone(),
                _ => self.say(&paragraph[range.clone()]),
            };
            glyph.text_range = said.clone();
            before = Some((range, said));
            self.glyphs.push(glyph);
        }
    }

    fn say(&mut self, cluster: &str) -> Range<usize> {
        let start = self.text.len();
        match lam_alef(cluster) {
            Some(ligature) => self.text.push(ligature),
            None => self.text.push_str(cluster),
        }
        start..self.text.len()
    }
}

/// The single character for the ligature of lam and alef. Viewers turn
/// right-to-left text round letter by letter, and many turn the two letters of
/// a ligature round as well, so that "الأمل" is neither found nor copied. One
/// character cannot be turned round, and viewers take it apart when searching.
fn lam_alef(cluster: &str) -> Option<char> {
    match cluster {
        "\u{644}\u{622}" => Some('\u{FEF5}'),
        "\u{644}\u{623}" => Some('\u{FEF7}'),
        "\u{644}\u{625}" => Some('\u{FEF9}'),
        "\u{644}\u{627}" => Some('\u{FEFB}'),
        _ => None,
    }
}

/// Fills lines with words.
struct LineBreaker<'a> {
    shelf: &'static Shelf,
    paragraph: &'a Paragraph,
    width: f32,
    lines: Vec<Line>,
    runs: Vec<Run>,
    used: f32,
    /// Space after the last word: part of the line only if a word follows.
    space: Vec<Run>,
}

impl<'a> LineBreaker<'a> {
    fn new(shelf: &'static Shelf, paragraph: &'a Paragraph, width: f32) -> Self {
        Self { shelf, paragraph, width, lines: Vec::new(), runs: Vec::new(), used: 0.0, space: Vec::new() }
    }

    fn add_word(&mut self, word: Vec<Run>) {
        let width = total(&word);
        if !self.runs.is_empty() && self.used + total(&self.space) + width > self.width {
            self.end_line();
        }
        self.used += total(&self.space) + width;
        self.runs.append(&mut self.space);
        self.runs.extend(word);
    }

    fn add_space(&mut self, space: Vec<Run>) {
        self.space.extend(space);
    }

    fn end_line(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        self.lines.push(self.line(runs));
        self.used = 0.0;
        self.space.clear();
    }

    fn line(&self, runs: Vec<Run>) -> Line {
        let faces = || runs.iter().map(|run| self.shelf.face(run.face));
        // An empty line is as high as a Latin one.
        let latin = self.shelf.face(self.shelf.face_for('x', None));
        Line {
            text: Rc::clone(&self.paragraph.text),
            width: total(&runs),
            ascent: faces().map(|face| face.ascent).fold(latin.ascent, f32::max),
            descent: faces().map(|face| face.descent).fold(latin.descent, f32::max),
            runs,
        }
    }

    fn finish(mut self) -> Vec<Line> {
        self.end_line();
        self.lines
    }
}

/// The paragraphs of a text, without what cannot be printed. Blank lines
/// inside are kept, blank lines around are not.
fn paragraphs(text: &str) -> Vec<String> {
    let printable: String = text.replace("\r\n", "\n").chars().filter_map(printable).collect();
    let printable = printable.trim();
    if printable.is_empty() {
        return Vec::new();
    }
    printable.split('\n').map(|line| line.trim_end().to_owned()).collect()
}

/// The character as it is printed, if it is printed at all.
fn printable(character: char) -> Option<char> {
    match character {
        '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        '\u{FEFF}' | '\u{FDD0}'..='\u{FDEF}' => None,
        _ if character.is_control() || (character as u32 & 0xFFFE) == 0xFFFE => None,
        _ => Some(character),
    }
}

/// The ranges between positions, which begin with zero.
fn between(positions: impl Iterator<Item = usize>, offset: usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    positions.filter(|end| *end > 0).map(move |end| {
        let range = start + offset..end + offset;
        start = end;
        range
    })
}

/// A piece yet to be filled.
fn nothing_at(position: usize) -> Range<usize> {
    position..position
}

/// A single letter under thousands of marks is a prank; it is cut anywhere.
fn whole_characters(text: &str, cluster: Range<usize>) -> Vec<Range<usize>> {
    if cluster.len() <= LONGEST_WORD {
        return vec![cluster];
    }
    let mut pieces = vec![nothing_at(cluster.start)];
    for (index, character) in text[cluster.clone()].char_indices() {
        let end = cluster.start + index + character.len_utf8();
        match pieces.last_mut() {
            Some(piece) if end - piece.start <= LONGEST_WORD => piece.end = end,
            _ => pieces.push(end - character.len_utf8()..end),
        }
    }
    pieces
}

/// Parts a stretch into a word and the space after it.
fn apart_from_space(text: &str, stretch: Range<usize>) -> (Range<usize>, Range<usize>) {
    let word = text[stretch.clone()].trim_end_matches([' ', '\u{3000}']);
    let middle = stretch.start + word.len();
    (stretch.start..middle, middle..stretch.end)
}

fn total(runs: &[Run]) -> f32 {
    runs.iter().map(|run| run.shaped.width).sum()
}

/// Clusters in reading order, each with its width. A glyph that takes no room
/// is a mark on the one before.
fn clusters(runs: &[Run]) -> Vec<(Range<usize>, f32)> {
    let mut clusters: Vec<(Range<usize>, f32)> = Vec::new();
    for run in runs {
        let mut glyphs: Vec<KrillaGlyph> = run.glyphs().collect();
        glyphs.sort_by_key(|glyph| glyph.text_range.start);
        for glyph in glyphs {
            match clusters.last_mut() {
                Some((range, width)) if range.start == glyph.text_range.start || glyph.x_advance == 0.0 => {
                    range.end = range.end.max(glyph.text_range.end);
                    *width += glyph.x_advance;
                }
                _ => clusters.push((glyph.text_range.clone(), glyph.x_advance)),
            }
        }
    }
    clusters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typesetter(language: &str) -> Typesetter {
        Typesetter::new(Shelf::open().unwrap(), language)
    }

    fn lines(text: &str, width: f32) -> Vec<Line> {
        typesetter("und").lines(text, false, Base::LeftToRight, width)
    }

    /// The letters of a line from left to right.
    fn seen(line: &Line) -> String {
        let stretches = line.stretches();
        let letters = |stretch: &Stretch| -> String {
            stretch.glyphs.iter().map(|glyph| &stretch.text[glyph.text_range.clone()]).collect()
        };
        stretches.iter().map(letters).collect()
    }

    #[test]
    fn arabic_letters_take_their_joined_forms() {
        let mut typesetter = typesetter("ar");
        let mut glyphs = |text: &str| -> Vec<u32> {
            let lines = typesetter.lines(text, false, Base::RightToLeft, 100.0);
            let stretches = lines[0].stretches();
            stretches.iter().flat_map(|stretch| &stretch.glyphs).map(|glyph| glyph.glyph_id.to_u32()).collect()
        };
        let alone = glyphs("ه");
        let joined = glyphs("ههه");
        assert!(joined.iter().all(|glyph| !alone.contains(glyph)));
    }

    #[test]
    fn a_latin_name_stands_in_reading_order_inside_arabic() {
        let lines = typesetter("ar").lines("وصلت Amina Noor اليوم", false, Base::RightToLeft, 100.0);
        assert_eq!(seen(&lines[0]), "مويلا Amina Noor تلصو");
    }

    #[test]
    fn the_side_of_the_page_does_not_turn_a_sentence_round() {
        let level = |base: Base, text| base.level_of(text).is_rtl();
        assert!(level(Base::RightToLeft, "رقم: ABC-DEFGH"));
        assert!(level(Base::RightToLeft, "Amina وصلت إلى المركز"));
        assert!(!level(Base::RightToLeft, "She met فاطمة yesterday."));
        assert!(!level(Base::LeftToRight, "Name: فاطمة حسن"));
        assert!(level(Base::LeftToRight, "فاطمة حسن (MSF)"));
        assert!(!level(Base::RightToLeft, "+961 70 123 456"));
    }

    #[test]
    fn telephone_numbers_keep_the_order_in_which_they_are_dialled() {
        let text = "الهاتف +961 70 123 456، أو 03 123 456 بعد 2026 12 01";
        let numbers: Vec<&str> = telephone_numbers(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(numbers, ["+961 70 123 456", "03 123 456"]);
        let lines = typesetter("ar").lines(text, false, Base::RightToLeft, 100.0);
        let visual: String = lines[0].runs_from_left().map(|run| text[run.start..].chars().next().unwrap()).collect();
        assert!(visual.contains("0 1 4") && visual.contains("+ 7 1 4"), "{visual}");
    }

    #[test]
    fn required_ligatures_are_one_character_and_all_others_letter_by_letter() {
        let lines = typesetter("ar").lines("إلى الأمل يوماً", false, Base::RightToLeft, 100.0);
        for stretch in lines[0].stretches() {
            assert!(stretch.glyphs.iter().all(|glyph| stretch.text[glyph.text_range.clone()].chars().count() == 1));
        }
        assert_eq!(seen(&lines[0]), "\u{64B}اموي لم\u{FEF7}ا ىلإ");
    }

    #[test]
    fn japanese_and_burmese_break_without_spaces() {
        assert!(lines(&"東京都で保護を受けた。".repeat(9), 20.0).iter().all(|line| line.width <= 20.0));
        let burmese = lines(&"ကျွန်တော်တို့သည်အိမ်သို့ပြန်သွားချင်သည်".repeat(4), 15.0);
        assert!(burmese.len() > 3 && burmese.iter().all(|line| line.width <= 15.0));
    }

    #[test]
    fn thai_is_broken_between_words() {
        let text = "ฉันต้องการความช่วยเหลือ";
        let broken = typesetter("th").stretches(text);
        let words: Vec<&str> = broken.into_iter().map(|range| &text[range]).collect();
        assert_eq!(words, ["ฉัน", "ต้องการ", "ความ", "ช่วย", "เหลือ"]);
    }

    #[test]
    fn a_word_wider_than_the_line_is_cut_and_nothing_of_it_is_lost() {
        let text = "x".repeat(1_000);
        let lines = lines(&text, 10.0);
        let glyphs: usize = lines.iter().flat_map(Line::stretches).map(|stretch| stretch.glyphs.len()).sum();
        assert_eq!(glyphs, 1_000);
        assert!(lines.iter().all(|line| line.width <= 10.0));
    }

    #[test]
    fn control_characters_are_dropped_and_unknown_ones_are_seen() {
        assert!(lines("\u{0}\u{1b}\u{feff}\u{200b}", 10.0)[0].width == 0.0);
        assert!(lines("\u{0}", 10.0).is_empty());
        assert!(lines("\u{10FFFD}", 10.0)[0].width > 0.5);
    }

    #[test]
    fn decomposed_letters_look_like_composed_ones() {
        let glyph = |text: &str| lines(text, 10.0)[0].stretches()[0].glyphs[0].glyph_id;
        assert_eq!(glyph("e\u{302}\u{301}"), glyph("ế"));
    }
}
