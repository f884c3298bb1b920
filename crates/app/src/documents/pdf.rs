//! From pages to a file: a tagged PDF with its typefaces cut down to the
//! glyphs in use.

use std::num::NonZeroU16;

use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};

use super::fonts::Shelf;
use super::layout::{
    Colour, Composition, Element, ElementId, Mark, PAGE_HEIGHT, PAGE_WIDTH, Page, Role, Section, Style,
};
use super::text::{Line, Stretch};
use super::{Document, DocumentError};

/// How far strokes are thickened where a script has no bold face, in ems.
const THICKENING: f32 = 0.03;

/// Writes the pages down.
pub(super) fn write(document: &Document, composition: Composition, shelf: &Shelf) -> Result<Vec<u8>, DocumentError> {
    let Composition { pages, elements, sections } = composition;
    let mut file = krilla::Document::new();
    let mut meaning = Meaning::of(elements);
    for page in &pages {
        draw_page(&mut file, page, shelf, &mut meaning)?;
    }
    file.set_metadata(metadata(document));
    file.set_outline(outline(&sections));
    file.set_tag_tree(meaning.into_tree(&document.language));
    file.finish().map_err(|error| DocumentError::Unwritable(error.to_string()))
}

/// The direction is left out: it would only arrange pages side by side, but a
/// widespread viewer takes it to turn round all text without Arabic letters.
fn metadata(document: &Document) -> Metadata {
    let metadata = Metadata::new().title(document.title.clone());
    match document.language.as_str() {
        "" => metadata,
        language => metadata.language(language.to_owned()),
    }
}

fn outline(sections: &[Section]) -> Outline {
    let mut outline = Outline::new();
    for section in sections {
        let place = XyzDestination::new(section.page, Point::from_xy(0.0, section.y));
        outline.push_child(OutlineNode::new(section.title.clone(), place));
    }
    outline
}

fn draw_page(
    file: &mut krilla::Document,
    page: &Page,
    shelf: &Shelf,
    meaning: &mut Meaning,
) -> Result<(), DocumentError> {
    let size = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT);
    let size = size.ok_or_else(|| DocumentError::Unwritable("a page has no size".to_owned()))?;
    let mut sheet = file.start_page_with(size);
    let mut surface = sheet.surface();
    for mark in page {
        draw_mark(&mut surface, mark, shelf, meaning);
    }
    surface.finish();
    sheet.finish();
    Ok(())
}

fn draw_mark(surface: &mut Surface, mark: &Mark, shelf: &Shelf, meaning: &mut Meaning) {
    match mark {
        Mark::Fill { x, y, width, height, colour } => {
            surface.start_tagged(artifact(ArtifactType::Layout));
            if let Some(area) = Rect::from_xywh(*x, *y, *width, *height) {
                fill(surface, area, *colour);
            }
            surface.end_tagged();
        }
        Mark::Text { line, x, baseline, style, element } => {
            let tag = element.map_or(artifact(ArtifactType::PaginationOther), |_| ContentTag::Span(SpanTag::empty()));
            let content = surface.start_tagged(tag);
            draw_line(surface, line, Point::from_xy(*x, *baseline), *style, shelf);
            surface.end_tagged();
            if let Some(element) = element {
                meaning.add(*element, content);
            }
        }
    }
}

fn artifact(kind: ArtifactType) -> ContentTag<'static> {
    ContentTag::Artifact(Artifact::with_kind(kind))
}

fn fill(surface: &mut Surface, area: Rect, colour: Colour) {
    let mut path = PathBuilder::new();
    path.push_rect(area);
    if let Some(path) = path.finish() {
        surface.set_fill(Some(paint(colour)));
        surface.set_stroke(None);
        surface.draw_path(&path);
    }
}

fn draw_line(surface: &mut Surface, line: &Line, mut pen: Point, style: Style, shelf: &Shelf) {
    surface.set_fill(Some(paint(style.colour)));
    for stretch in line.stretches() {
        surface.set_stroke(outline_of(&stretch, style));
        let face = shelf.face(stretch.face).embedded.clone();
        surface.draw_glyphs(pen, &stretch.glyphs, face, &stretch.text, style.size, false);
        pen.x += stretch.width * style.size;
    }
}

fn outline_of(stretch: &Stretch, style: Style) -> Option<Stroke> {
    stretch.thickened.then(|| Stroke {
        paint: solid(style.colour).into(),
        width: style.size * THICKENING,
        ..Stroke::default()
    })
}

fn paint(colour: Colour) -> Fill {
    Fill { paint: solid(colour).into(), ..Fill::default() }
}

fn solid(Colour(red, green, blue): Colour) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

/// The tree of what the document means, with what was drawn for each part.
struct Meaning {
    elements: Vec<Element>,
    contents: Vec<Vec<Node>>,
}

impl Meaning {
    fn of(elements: Vec<Element>) -> Self {
        let contents = elements.iter().map(|_| Vec::new()).collect();
        Self { elements, contents }
    }

    fn add(&mut self, element: ElementId, content: Identifier) {
        self.contents[element].push(content.into());
    }

    /// Hangs every element under its parent. Children stand after their
    /// parents, so that from the end each is complete when its turn comes.
    fn into_tree(mut self, language: &str) -> TagTree {
        let mut tops = Vec::new();
        while let (Some(element), Some(mut children)) = (self.elements.pop(), self.contents.pop()) {
            if children.is_empty() {
                continue;
            }
            if element.role.is_filled_from_the_end() {
                children.reverse();
            }
            let group = TagGroup::with_children(element.role.tag(), children).into();
            match element.parent {
                Some(parent) => self.contents[parent].push(group),
                None => tops.push(group),
            }
        }
        tops.reverse();
        let language = (!language.is_empty()).then(|| language.to_owned());
        TagTree::from(tops).with_lang(language)
    }
}

impl Role {
    /// Groups hold elements, which arrive last first; the others hold drawn
    /// lines, which arrive in order.
    fn is_filled_from_the_end(&self) -> bool {
        matches!(self, Self::Table | Self::TableHead | Self::TableBody | Self::Row)
    }

    fn tag(self) -> TagKind {
        match self {
            Self::Title(text) => Tag::Hn(NonZeroU16::MIN, Some(text)).into(),
            Self::Heading(text) => Tag::Hn(SECOND, Some(text)).into(),
            Self::Paragraph => Tag::P.into(),
            Self::Table => Tag::Table.into(),
            Self::TableHead => Tag::THead.into(),
            Self::TableBody => Tag::TBody.into(),
            Self::Row => Tag::TR.into(),
            Self::ColumnHead => Tag::TH(TableHeaderScope::Column).into(),
            Self::RowHead => Tag::TH(TableHeaderScope::Row).into(),
            Self::Cell => Tag::TD.into(),
        }
    }
}

/// The level of a section's heading, below the title.
const SECOND: NonZeroU16 = NonZeroU16::MIN.saturating_add(1);
