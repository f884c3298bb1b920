//! The typefaces that travel inside the binary, and which of them can draw
//! which character.

use std::sync::LazyLock;

use harfrust::{FontRef, ShaperData};
use skrifa::MetadataProvider;
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};

/// The height of a line, in ems, that no face exceeds. Some claim room for
/// stacks of marks that running text never has, and tables grow too long.
const TALLEST: f32 = 1.75;

/// A face's place on the [`Shelf`].
pub(super) type FaceId = usize;

/// What stands in for a character that no face can draw.
const REPLACEMENT: char = '\u{FFFD}';

/// The files, in the order in which they are asked for a character. Noto Sans
/// comes first so that letters, digits and punctuation that several faces
/// share look alike throughout a document.
const FILES: &[File] = &[
    File { regular: include_bytes!("NotoSans-Regular.ttf"), bold: Some(include_bytes!("NotoSans-Bold.ttf")) },
    File {
        regular: include_bytes!("NotoSansArabic-Regular.ttf"),
        bold: Some(include_bytes!("NotoSansArabic-Bold.ttf")),
    },
    File::without_bold(include_bytes!("NotoSansMyanmar-Regular.ttf")),
    File::without_bold(include_bytes!("NotoSansEthiopic-Regular.ttf")),
    File::without_bold(include_bytes!("NotoSansDevanagari-Regular.ttf")),
    File::without_bold(include_bytes!("NotoSansBengali-Regular.ttf")),
    File::without_bold(include_bytes!("NotoSansThai-Regular.ttf")),
    File::without_bold(include_bytes!("NotoSansKhmer-Regular.ttf")),
    File::without_bold(include_bytes!("NotoSansJP-Regular.otf")),
];

static SHELF: LazyLock<Option<Shelf>> = LazyLock::new(Shelf::unpack);

struct File {
    regular: &'static [u8],
    bold: Option<&'static [u8]>,
}

impl File {
    const fn without_bold(regular: &'static [u8]) -> Self {
        Self { regular, bold: None }
    }
}

/// Every face, unpacked once for the life of the process.
pub(super) struct Shelf {
    faces: Vec<Face>,
    /// Places of the regular faces, most preferred first.
    preference: Vec<FaceId>,
}

impl Shelf {
    /// The shelf, or nothing if a file inside the binary is damaged.
    pub(super) fn open() -> Option<&'static Self> {
        SHELF.as_ref()
    }

    fn unpack() -> Option<Self> {
        let mut shelf = Self { faces: Vec::new(), preference: Vec::new() };
        for file in FILES {
            shelf.add(file)?;
        }
        Some(shelf)
    }

    fn add(&mut self, file: &File) -> Option<()> {
        let mut regular = Face::unpack(file.regular)?;
        if let Some(data) = file.bold {
            regular.bold = Some(self.faces.len());
            self.faces.push(Face::unpack(data)?);
        }
        self.preference.push(self.faces.len());
        self.faces.push(regular);
        Some(())
    }

    pub(super) fn face(&self, id: FaceId) -> &Face {
        &self.faces[id]
    }

    pub(super) fn faces(&self) -> &[Face] {
        &self.faces
    }

    /// The face for a character. `current` is the face of the character
    /// before it: marks, digits and punctuation stay with it where they can,
    /// because a cluster torn between two faces cannot be shaped.
    pub(super) fn face_for(&self, character: char, current: Option<FaceId>) -> FaceId {
        match current {
            Some(face) if self.stays_with(face, character) => face,
            _ => self.first_that_draws(character),
        }
    }

    fn stays_with(&self, face: FaceId, character: char) -> bool {
        is_invisible(character) || (!character.is_alphabetic() && self.faces[face].draws(character))
    }

    fn first_that_draws(&self, character: char) -> FaceId {
        let mut faces = self.preference.iter().copied();
        faces.find(|face| self.faces[*face].draws(character)).unwrap_or_else(|| self.fallback())
    }

    /// The face that draws the replacement mark.
    fn fallback(&self) -> FaceId {
        self.preference.first().copied().unwrap_or_default()
    }
}

/// One face, ready for shaping, measuring and embedding.
pub(super) struct Face {
    pub(super) reference: FontRef<'static>,
    pub(super) shaping: ShaperData,
    pub(super) embedded: krilla::text::Font,
    characters: Charmap<'static>,
    /// The bold sister of this face, where one is shipped.
    pub(super) bold: Option<FaceId>,
    /// The glyph for a character that cannot be drawn.
    pub(super) replacement: Option<u32>,
    pub(super) units_per_em: f32,
    /// Height above the baseline, in ems.
    pub(super) ascent: f32,
    /// Depth below the baseline, in ems, positive.
    pub(super) descent: f32,
}

impl Face {
    fn unpack(data: &'static [u8]) -> Option<Self> {
        let reference = FontRef::new(data).ok()?;
        let metrics = reference.metrics(Size::new(1.0), LocationRef::default());
        let characters = reference.charmap();
        let within = (TALLEST / (metrics.ascent - metrics.descent)).min(1.0);
        Some(Self {
            shaping: ShaperData::new(&reference),
            embedded: krilla::text::Font::new(data.into(), 0)?,
            bold: None,
            replacement: characters.map(REPLACEMENT).map(|glyph| glyph.to_u32()),
            units_per_em: f32::from(metrics.units_per_em),
            ascent: metrics.ascent * within,
            descent: -metrics.descent * within,
            characters,
            reference,
        })
    }

    /// How far a glyph moves the pen, in ems.
    pub(super) fn advance(&self, glyph: u32) -> f32 {
        let widths = self.reference.glyph_metrics(Size::new(1.0), LocationRef::default());
        widths.advance_width(glyph.into()).unwrap_or(1.0)
    }

    /// Whether this face has a glyph for the character.
    pub(super) fn draws(&self, character: char) -> bool {
        self.characters.map(character).is_some()
    }
}

/// Joiners, direction marks and variation selectors: they steer the shaping
/// of their neighbours and are never seen.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_promised_script_has_a_face_of_its_own() {
        let shelf = Shelf::open().unwrap();
        let samples = "AđỹЖΩ\u{639}گښےကあ漢ሀकকกក";
        for character in samples.chars() {
            let face = shelf.face_for(character, None);
            assert!(shelf.face(face).draws(character), "{character}");
        }
    }

    #[test]
    fn digits_stay_with_the_script_around_them_where_it_has_them() {
        let shelf = Shelf::open().unwrap();
        let devanagari = shelf.face_for('क', None);
        assert_eq!(shelf.face_for('7', Some(devanagari)), devanagari);
        let arabic = shelf.face_for('ع', None);
        assert_eq!(shelf.face_for('A', Some(arabic)), shelf.face_for('A', None));
    }

    #[test]
    fn the_fallback_face_has_a_replacement_mark() {
        let shelf = Shelf::open().unwrap();
        let face = shelf.face_for('\u{10FFFD}', None);
        assert!(!shelf.face(face).draws('\u{10FFFD}'));
        assert!(shelf.face(face).replacement.is_some());
    }
}
