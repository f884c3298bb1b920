//! From blocks to pages: where each line of text stands.
//!
//! Horizontal positions are counted from the margin at which reading starts,
//! so that a right-to-left page is the mirror of a left-to-right one. All
//! lengths here are in points.

use super::fonts::Shelf;
use super::text::{Base, Extent, Line, Typesetter};
use super::{Block, Document};

/// A4.
pub(super) const PAGE_WIDTH: f32 = 595.28;
/// A4.
pub(super) const PAGE_HEIGHT: f32 = 841.89;

const MARGIN: f32 = 51.0;
const TEXT_WIDTH: f32 = PAGE_WIDTH - 2.0 * MARGIN;
/// Between the text and the foot of the page.
const FOOT_GAP: f32 = 12.0;
/// Kept free beside the footer for the page number.
const PAGE_NUMBER_WIDTH: f32 = 70.0;
/// A longer footer would eat the page.
const FOOTER_LINES: usize = 4;

const PADDING: f32 = 5.0;
const HAIRLINE: f32 = 0.5;
/// The bar that marks a warning.
const BAR: f32 = 3.0;
/// How much of the width the labels of facts take.
const LABEL_SHARE: f32 = 0.32;
/// A paragraph begins only where this many of its lines find room.
const LINES_TOGETHER: usize = 2;
/// So few facts are not parted by the end of a page.
const ROWS_TOGETHER: usize = 4;

const BLACK: Colour = Colour(20, 24, 28);
const GREY: Colour = Colour(90, 98, 106);
const RULE: Colour = Colour(190, 196, 202);
const SHADE: Colour = Colour(238, 240, 243);
const ALARM: Colour = Colour(176, 32, 32);
const ALARM_SHADE: Colour = Colour(253, 240, 238);

const TITLE: Style = Style { size: 20.0, bold: true, colour: BLACK };
const SUBTITLE: Style = Style { size: 11.0, bold: false, colour: GREY };
const HEADING: Style = Style { size: 13.0, bold: true, colour: BLACK };
const BODY: Style = Style { size: 10.0, bold: false, colour: BLACK };
const LABEL: Style = Style { size: 9.5, bold: true, colour: GREY };
const CELL: Style = Style { size: 9.0, bold: false, colour: BLACK };
const COLUMN_HEAD: Style = Style { size: 9.0, bold: true, colour: BLACK };
const ALERT: Style = Style { size: 10.0, bold: true, colour: ALARM };
const FOOTER: Style = Style { size: 8.0, bold: false, colour: GREY };

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) bold: bool,
    pub(super) colour: Colour,
}

/// What a page consists of.
pub(super) type Page = Vec<Mark>;

/// Something to draw.
pub(super) enum Mark {
    /// A line of text, with its left end and its baseline.
    Text { line: Line, x: f32, baseline: f32, style: Style, element: Option<ElementId> },
    /// A filled rectangle; a rule is a thin one.
    Fill { x: f32, y: f32, width: f32, height: f32, colour: Colour },
}

/// The finished pages, what they mean, and where their sections begin.
pub(super) struct Composition {
    pub(super) pages: Vec<Page>,
    pub(super) elements: Vec<Element>,
    pub(super) sections: Vec<Section>,
}

/// A heading's place, for the list of bookmarks.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) page: usize,
    pub(super) y: f32,
}

/// An element's place in [`Composition::elements`].
pub(super) type ElementId = usize;

/// Part of the document's meaning, for readers who hear the page. A parent
/// always stands before its children.
pub(super) struct Element {
    pub(super) role: Role,
    pub(super) parent: Option<ElementId>,
}

/// What a part of the document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    Title(String),
    Heading(String),
    Paragraph,
    Table,
    TableHead,
    TableBody,
    Row,
    ColumnHead,
    RowHead,
    Cell,
}

/// Sets a document on pages.
pub(super) fn compose(document: &Document, shelf: &'static Shelf) -> Composition {
    let mut composer = Composer::new(document, shelf);
    composer.open(document);
    let blocks = composer.measure(&document.blocks);
    composer.place_all(blocks);
    composer.close()
}

/// A block broken into lines, not yet on a page.
enum Measured {
    Text { lines: Vec<Line>, style: Style, element: ElementId, section: Option<String> },
    Grid(Grid),
}

/// Rows of cells side by side: a table, facts, or the frame of a warning.
struct Grid {
    columns: Vec<Column>,
    head: Option<Row>,
    rows: Vec<Row>,
    look: Look,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Ruled,
    Frame,
}

#[derive(Clone, Copy)]
struct Column {
    start: f32,
    width: f32,
}

struct Row {
    cells: Vec<Cell>,
}

struct Cell {
    lines: Vec<Line>,
    style: Style,
    element: ElementId,
}

struct Composer {
    setter: Typesetter,
    base: Base,
    footer: Vec<Line>,
    /// Where the text of a page ends.
    bottom: f32,
    pages: Vec<Page>,
    y: f32,
    elements: Vec<Element>,
    sections: Vec<Section>,
}

impl Composer {
    fn new(document: &Document, shelf: &'static Shelf) -> Self {
        let base = if document.right_to_left { Base::RightToLeft } else { Base::LeftToRight };
        let mut setter = Typesetter::new(shelf, &document.language);
        let width = (TEXT_WIDTH - PAGE_NUMBER_WIDTH) / FOOTER.size;
        let mut footer = setter.lines(&document.footer, FOOTER.bold, base, width);
        footer.truncate(FOOTER_LINES);
        let foot = height_of(&footer, FOOTER).max(FOOTER.size * 1.4);
        Self {
            setter,
            base,
            footer,
            bottom: PAGE_HEIGHT - MARGIN - foot - FOOT_GAP,
            pages: vec![Page::new()],
            y: MARGIN,
            elements: Vec::new(),
            sections: Vec::new(),
        }
    }

    // --- What there is to set ---

    fn open(&mut self, document: &Document) {
        let element = self.element(Role::Title(document.title.clone()), None);
        let title = self.text(&document.title, TITLE, element, Some(document.title.clone()));
        self.place(title);
        let element = self.element(Role::Paragraph, None);
        let subtitle = self.text(&document.subtitle, SUBTITLE, element, None);
        self.place(subtitle);
        self.y += 8.0;
    }

    fn measure(&mut self, blocks: &[Block]) -> Vec<Measured> {
        blocks.iter().map(|block| self.measure_block(block)).collect()
    }

    fn measure_block(&mut self, block: &Block) -> Measured {
        match block {
            Block::Heading(text) => {
                let element = self.element(Role::Heading(text.clone()), None);
                self.text(text, HEADING, element, Some(text.clone()))
            }
            Block::Paragraph(text) => {
                let element = self.element(Role::Paragraph, None);
                self.text(text, BODY, element, None)
            }
            Block::Facts(facts) => Measured::Grid(self.facts(facts)),
            Block::Table { head, rows } => Measured::Grid(self.table(head, rows)),
            Block::Warning(text) => Measured::Grid(self.warning(text)),
        }
    }

    fn text(&mut self, text: &str, style: Style, element: ElementId, section: Option<String>) -> Measured {
        let lines = self.lines(text, style, TEXT_WIDTH);
        Measured::Text { lines, style, element, section }
    }

    fn facts(&mut self, facts: &[(String, String)]) -> Grid {
        let label = TEXT_WIDTH * LABEL_SHARE;
        let columns = columns_of(&[label, TEXT_WIDTH - label]);
        let table = self.element(Role::Table, None);
        let mut rows = Vec::with_capacity(facts.len());
        for (name, value) in facts {
            let row = self.element(Role::Row, Some(table));
            let name = self.cell(name, LABEL, columns[0], Role::RowHead, row);
            let value = self.cell(value, BODY, columns[1], Role::Cell, row);
            rows.push(Row { cells: vec![name, value] });
        }
        Grid { columns, head: None, rows, look: Look::Ruled }
    }

    fn warning(&mut self, text: &str) -> Grid {
        let columns = vec![Column { start: BAR, width: TEXT_WIDTH - BAR }];
        let paragraph = self.element(Role::Paragraph, None);
        let lines = self.lines(text, ALERT, inner_width(columns[0]));
        let cells = vec![Cell { lines, style: ALERT, element: paragraph }];
        Grid { columns, head: None, rows: vec![Row { cells }], look: Look::Frame }
    }

    fn table(&mut self, head: &[String], rows: &[Vec<String>]) -> Grid {
        let columns = columns_of(&self.column_widths(head, rows));
        let table = self.element(Role::Table, None);
        let has_head = !head.is_empty();
        let head = has_head.then(|| {
            let group = self.element(Role::TableHead, Some(table));
            self.row(head, &columns, COLUMN_HEAD, Role::ColumnHead, group)
        });
        let body = self.element(Role::TableBody, Some(table));
        let rows = rows.iter().map(|row| self.row(row, &columns, CELL, Role::Cell, body)).collect();
        Grid { columns, head, rows, look: Look::Ruled }
    }

    fn row(&mut self, texts: &[String], columns: &[Column], style: Style, role: Role, group: ElementId) -> Row {
        let row = self.element(Role::Row, Some(group));
        let texts = texts.iter().map(String::as_str).chain(std::iter::repeat(""));
        let cells = columns.iter().zip(texts);
        Row { cells: cells.map(|(column, text)| self.cell(text, style, *column, role.clone(), row)).collect() }
    }

    fn cell(&mut self, text: &str, style: Style, column: Column, role: Role, row: ElementId) -> Cell {
        Cell { element: self.element(role, Some(row)), lines: self.lines(text, style, inner_width(column)), style }
    }

    fn lines(&mut self, text: &str, style: Style, width: f32) -> Vec<Line> {
        self.setter.lines(text, style.bold, self.base, width / style.size)
    }

    fn element(&mut self, role: Role, parent: Option<ElementId>) -> ElementId {
        self.elements.push(Element { role, parent });
        self.elements.len() - 1
    }

    // --- How wide columns are ---

    /// Every column gets the room of its longest word, and the rest is shared
    /// out by how much each would still need to break no line at all.
    fn column_widths(&mut self, head: &[String], rows: &[Vec<String>]) -> Vec<f32> {
        let columns = self.column_extents(head, rows);
        let words: f32 = columns.iter().map(|column| column.word).sum();
        let wishes: f32 = columns.iter().map(|column| column.line - column.word).sum();
        let left = TEXT_WIDTH - words;
        if left <= 0.0 {
            return columns.iter().map(|column| column.word * TEXT_WIDTH / words).collect();
        }
        let share = |column: &Extent| match wishes > left {
            true => (column.line - column.word) / wishes * left,
            false => column.line - column.word + (left - wishes) / columns.len() as f32,
        };
        columns.iter().map(|column| column.word + share(column)).collect()
    }

    fn column_extents(&mut self, head: &[String], rows: &[Vec<String>]) -> Vec<Extent> {
        let count = rows.iter().map(Vec::len).fold(head.len(), usize::max);
        let mut columns = vec![Extent::default(); count];
        self.widen(&mut columns, head, COLUMN_HEAD);
        for row in rows {
            self.widen(&mut columns, row, CELL);
        }
        columns
    }

    fn widen(&mut self, columns: &mut [Extent], texts: &[String], style: Style) {
        // No single word may take more than its fair share of a wide table.
        let longest_word = TEXT_WIDTH / columns.len().clamp(2, 4) as f32;
        for (column, text) in columns.iter_mut().zip(texts) {
            let extent = self.setter.extent(text, style.bold, self.base);
            let word = (extent.word * style.size).min(longest_word) + 2.0 * PADDING;
            // Beyond the width of a page all wishes are alike.
            let line = (extent.line * style.size).min(TEXT_WIDTH) + 2.0 * PADDING;
            column.word = column.word.max(word);
            column.line = column.line.max(line).max(column.word);
        }
    }

    // --- Where it stands ---

    fn place_all(&mut self, blocks: Vec<Measured>) {
        let rooms = rooms_to_begin(&blocks);
        for (block, room) in blocks.into_iter().zip(rooms) {
            self.make_room(room);
            self.place(block);
        }
    }

    /// Turns the page unless so much is left of it.
    fn make_room(&mut self, room: f32) {
        if room > self.bottom - self.y && !self.at_top() {
            self.turn_page();
        }
    }

    fn place(&mut self, block: Measured) {
        match block {
            Measured::Text { lines, style, element, section } => self.place_text(lines, style, element, section),
            Measured::Grid(grid) => self.place_grid(grid),
        }
    }

    fn place_text(&mut self, lines: Vec<Line>, style: Style, element: ElementId, section: Option<String>) {
        if lines.is_empty() {
            return;
        }
        if let Some(title) = section {
            self.y += self.space_above(style);
            self.sections.push(Section { title, page: self.pages.len() - 1, y: self.y });
        }
        for line in lines {
            self.make_room(line_height(&line, style));
            let top = self.y;
            self.y += line_height(&line, style);
            self.put_line(line, 0.0, top, style, Some(element));
        }
        self.y += style.size * 0.6;
    }

    fn space_above(&self, style: Style) -> f32 {
        if self.at_top() { 0.0 } else { style.size * 0.5 }
    }

    fn place_grid(&mut self, grid: Grid) {
        if grid.rows.is_empty() && grid.head.is_none() {
            return;
        }
        let Grid { columns, head, rows, look } = grid;
        let table = Table { columns: &columns, head: head.as_ref(), look };
        if let Some(head) = table.head {
            self.draw_head(&table, head, true);
        }
        for row in &rows {
            self.place_row(&table, row);
        }
        self.y += 10.0;
    }

    /// Places a row whole if a page can hold it, and in pieces if none can.
    fn place_row(&mut self, table: &Table, row: &Row) {
        let mut rest = row.all();
        if rest.height() > self.bottom - self.y && rest.height() <= self.whole_page(table) {
            self.turn_page_in(table);
        }
        loop {
            let (now, later) = rest.split(self.bottom - self.y);
            if later.is_empty() {
                return self.draw_row(table, &now, true);
            }
            if !now.is_empty() {
                self.draw_row(table, &now, true);
                rest = later;
            } else if self.at_start_of_page(table) {
                // Not even one line fits a fresh page: let it run over.
                let (line, later) = rest.first_lines();
                self.draw_row(table, &line, true);
                rest = later;
                if rest.is_empty() {
                    return;
                }
            }
            self.turn_page_in(table);
        }
    }

    fn turn_page_in(&mut self, table: &Table) {
        self.turn_page();
        if let Some(head) = table.head.filter(|head| self.is_worth_repeating(head)) {
            self.draw_head(table, head, false);
        }
    }

    /// A head of half a page would leave no room for the rows.
    fn is_worth_repeating(&self, head: &Row) -> bool {
        head.all().height() < (self.bottom - MARGIN) / 3.0
    }

    fn whole_page(&self, table: &Table) -> f32 {
        let head = table.head.filter(|head| self.is_worth_repeating(head));
        self.bottom - MARGIN - head.map_or(0.0, |head| head.all().height())
    }

    fn at_start_of_page(&self, table: &Table) -> bool {
        self.bottom - self.y >= self.whole_page(table) - 1.0
    }

    fn draw_head(&mut self, table: &Table, head: &Row, first: bool) {
        let head = head.all();
        self.fill(0.0, self.y, TEXT_WIDTH, head.height(), SHADE);
        self.draw_row(table, &head, first);
    }

    /// Draws part of a row. `spoken` is false for a repeated head, which
    /// would otherwise be read aloud on every page.
    fn draw_row(&mut self, table: &Table, part: &RowPart, spoken: bool) {
        let height = part.height();
        if table.look == Look::Frame {
            self.draw_frame(height);
        }
        let ascent = part.first_ascent();
        for (cell, column) in part.cells.iter().zip(table.columns) {
            self.draw_cell(cell, *column, ascent, spoken);
        }
        self.y += height;
        if table.look == Look::Ruled {
            self.fill(0.0, self.y - HAIRLINE, TEXT_WIDTH, HAIRLINE, RULE);
        }
    }

    fn draw_frame(&mut self, height: f32) {
        self.fill(0.0, self.y, TEXT_WIDTH, height, ALARM_SHADE);
        self.fill(0.0, self.y, BAR, height, ALARM);
    }

    /// First lines of all cells share a baseline, whatever their script.
    fn draw_cell(&mut self, cell: &CellPart, column: Column, ascent: f32, spoken: bool) {
        let mut y = self.y + PADDING + ascent - cell.first_ascent();
        let element = spoken.then_some(cell.element);
        if cell.is_blank {
            self.put_line(Line::empty(), column.start + PADDING, y, cell.style, element);
        }
        for line in cell.lines {
            self.put_line(line.clone(), column.start + PADDING, y, cell.style, element);
            y += line_height(line, cell.style);
        }
    }

    fn put_line(&mut self, line: Line, start: f32, top: f32, style: Style, element: Option<ElementId>) {
        let x = self.left_end_of(start, line.width * style.size);
        let baseline = top + line.ascent * style.size;
        self.put(Mark::Text { line, x, baseline, style, element });
    }

    fn fill(&mut self, start: f32, y: f32, width: f32, height: f32, colour: Colour) {
        let x = self.left_end_of(start, width);
        self.put(Mark::Fill { x, y, width, height, colour });
    }

    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// The left end of something that begins so far from the reading margin.
    fn left_end_of(&self, start: f32, width: f32) -> f32 {
        match self.base {
            Base::RightToLeft => PAGE_WIDTH - MARGIN - start - width,
            Base::LeftToRight | Base::AlwaysLeftToRight => MARGIN + start,
        }
    }

    fn at_top(&self) -> bool {
        self.y <= MARGIN
    }

    fn turn_page(&mut self) {
        self.pages.push(Page::new());
        self.y = MARGIN;
    }

    // --- The foot of the page ---

    fn close(mut self) -> Composition {
        let count = self.pages.len();
        let pages = std::mem::take(&mut self.pages);
        for (index, page) in pages.into_iter().enumerate() {
            self.pages.push(page);
            self.draw_foot(index + 1, count);
        }
        Composition { pages: self.pages, elements: self.elements, sections: self.sections }
    }

    fn draw_foot(&mut self, number: usize, count: usize) {
        let mut y = self.bottom + FOOT_GAP;
        self.fill(0.0, y - FOOT_GAP / 2.0, TEXT_WIDTH, HAIRLINE, RULE);
        let number = format!("{number} / {count}");
        for line in self.setter.lines(&number, FOOTER.bold, Base::AlwaysLeftToRight, f32::MAX) {
            let start = TEXT_WIDTH - line.width * FOOTER.size;
            // On one baseline with the footer, whatever its script.
            let higher = self.footer.first().map_or(0.0, |first| first.ascent - line.ascent);
            self.put_line(line, start, y + higher * FOOTER.size, FOOTER, None);
        }
        for line in self.footer.clone() {
            let height = line_height(&line, FOOTER);
            self.put_line(line, 0.0, y, FOOTER, None);
            y += height;
        }
    }
}

/// What the rows of a grid have in common.
struct Table<'a> {
    columns: &'a [Column],
    head: Option<&'a Row>,
    look: Look,
}

/// The lines of a row that stand on one page.
struct RowPart<'a> {
    cells: Vec<CellPart<'a>>,
}

struct CellPart<'a> {
    lines: &'a [Line],
    style: Style,
    element: ElementId,
    /// Whether the cell holds no text at all, on this page or any other.
    is_blank: bool,
}

impl Row {
    fn all(&self) -> RowPart<'_> {
        RowPart { cells: self.cells.iter().map(Cell::all).collect() }
    }
}

impl Cell {
    fn all(&self) -> CellPart<'_> {
        CellPart { lines: &self.lines, style: self.style, element: self.element, is_blank: self.lines.is_empty() }
    }
}

impl<'a> RowPart<'a> {
    fn height(&self) -> f32 {
        let ascent = self.first_ascent();
        let heights = self.cells.iter().map(|cell| ascent - cell.first_ascent() + height_of(cell.lines, cell.style));
        heights.fold(CELL.size, f32::max) + 2.0 * PADDING
    }

    fn first_ascent(&self) -> f32 {
        self.cells.iter().map(CellPart::first_ascent).fold(0.0, f32::max)
    }

    fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.lines.is_empty())
    }

    /// Parts the row into what fits the room and what is left over.
    fn split(&self, room: f32) -> (RowPart<'a>, RowPart<'a>) {
        if self.height() <= room {
            return self.split_by(|cell| cell.lines.len());
        }
        let ascent = self.first_ascent();
        self.split_by(|cell| cell.lines_within(room - 2.0 * PADDING - (ascent - cell.first_ascent())))
    }

    fn first_lines(&self) -> (RowPart<'a>, RowPart<'a>) {
        self.split_by(|cell| cell.lines.len().min(1))
    }

    fn split_by(&self, count: impl Fn(&CellPart) -> usize) -> (RowPart<'a>, RowPart<'a>) {
        let parts = self.cells.iter().map(|cell| cell.split_at(count(cell)));
        let (now, later) = parts.unzip();
        (RowPart { cells: now }, RowPart { cells: later })
    }
}

impl<'a> CellPart<'a> {
    fn first_ascent(&self) -> f32 {
        self.lines.first().map_or(0.0, |line| line.ascent * self.style.size)
    }

    fn lines_within(&self, room: f32) -> usize {
        let mut height = 0.0;
        let fitting = self.lines.iter().take_while(|line| {
            height += line_height(line, self.style);
            height <= room
        });
        fitting.count()
    }

    fn split_at(&self, count: usize) -> (CellPart<'a>, CellPart<'a>) {
        let (now, later) = self.lines.split_at(count);
        let part = |lines, is_blank| CellPart { lines, style: self.style, element: self.element, is_blank };
        (part(now, self.is_blank), part(later, false))
    }
}

/// The room every block needs to begin: a heading takes along the beginning
/// of what follows it, so that it never stands alone at the foot of a page.
fn rooms_to_begin(blocks: &[Measured]) -> Vec<f32> {
    let mut rooms = Vec::with_capacity(blocks.len());
    let mut following = 0.0;
    for block in blocks.iter().rev() {
        following = block.room_to_begin(following);
        rooms.push(following);
    }
    rooms.reverse();
    rooms
}

impl Measured {
    fn room_to_begin(&self, following: f32) -> f32 {
        match self {
            Self::Text { lines, .. } if lines.is_empty() => following,
            Self::Text { lines, style, section: Some(_), .. } => {
                height_of(lines, *style) + style.size * 1.1 + following
            }
            Self::Text { lines, style, .. } => height_of(&lines[..lines.len().min(LINES_TOGETHER)], *style),
            Self::Grid(grid) => grid.room_to_begin(),
        }
    }
}

impl Grid {
    /// The head and the first row, or a good part of the first row if it is
    /// going to be split; a few facts about one thing stay together.
    fn room_to_begin(&self) -> f32 {
        let head = self.head.as_ref().map_or(0.0, |head| head.all().height());
        let is_short = self.head.is_none() && self.rows.len() <= ROWS_TOGETHER;
        let together = if is_short { self.rows.len() } else { 1 };
        let first: f32 = self.rows.iter().take(together).map(|row| row.all().height()).sum();
        head + first.min(PAGE_HEIGHT / 4.0)
    }
}

fn columns_of(widths: &[f32]) -> Vec<Column> {
    let mut start = 0.0;
    let columns = widths.iter().map(|width| {
        let column = Column { start, width: *width };
        start += width;
        column
    });
    columns.collect()
}

fn inner_width(column: Column) -> f32 {
    column.width - 2.0 * PADDING
}

fn height_of(lines: &[Line], style: Style) -> f32 {
    lines.iter().map(|line| line_height(line, style)).sum()
}

fn line_height(line: &Line, style: Style) -> f32 {
    (line.ascent + line.descent) * style.size
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composed(document: &Document) -> Composition {
        compose(document, Shelf::open().unwrap())
    }

    /// Page, left end, baseline and text of every line, footers apart.
    fn lines(composition: &Composition) -> Vec<(usize, f32, f32, String)> {
        let mut lines = Vec::new();
        for (number, page) in composition.pages.iter().enumerate() {
            for mark in page {
                if let Mark::Text { line, x, baseline, element: Some(_), .. } = mark {
                    lines.push((number, *x, *baseline, line.text.to_string()));
                }
            }
        }
        lines
    }

    fn table(rows: usize) -> Block {
        let row = |number| vec![format!("first {number}"), format!("second {number}")];
        Block::Table { head: vec!["One".into(), "Two".into()], rows: (0..rows).map(row).collect() }
    }

    #[test]
    fn the_first_column_stands_at_the_side_where_reading_starts() {
        let place = |right_to_left, text: &str| {
            let document = Document { right_to_left, blocks: vec![table(1)], ..Document::default() };
            let composition = composed(&document);
            lines(&composition).into_iter().find(|line| line.3 == text).unwrap().1
        };
        assert!(place(false, "One") < place(false, "Two"));
        assert!(place(true, "One") > place(true, "Two"));
    }

    #[test]
    fn the_head_of_a_table_is_repeated_but_spoken_once() {
        let composition = composed(&Document { blocks: vec![table(100)], ..Document::default() });
        let heads = |page: &Page| {
            let is_head = |mark: &&Mark| matches!(mark, Mark::Text { line, .. } if &*line.text == "One");
            page.iter().filter(is_head).count()
        };
        assert!(composition.pages.len() > 2);
        assert!(composition.pages.iter().all(|page| heads(page) == 1));
        assert_eq!(lines(&composition).iter().filter(|line| line.3 == "One").count(), 1);
    }

    #[test]
    fn a_heading_moves_on_with_what_follows_it() {
        for filler in 30..60 {
            let mut blocks = vec![Block::Paragraph(vec!["x"; filler].join("\n"))];
            blocks.push(Block::Heading("Plan".into()));
            blocks.push(table(2));
            let composition = composed(&Document { blocks, ..Document::default() });
            let lines = lines(&composition);
            let page = |text: &str| lines.iter().find(|line| line.3 == text).unwrap().0;
            assert_eq!(page("Plan"), page("first 0"), "after {filler} lines");
        }
    }

    #[test]
    fn a_row_higher_than_a_page_is_continued_on_the_next() {
        let cell: Vec<String> = (0..200).map(|number| format!("line {number}")).collect();
        let row = vec!["name".to_owned(), cell.join("\n")];
        let table = Block::Table { head: vec!["A".into(), "B".into()], rows: vec![row] };
        let composition = composed(&Document { blocks: vec![table], ..Document::default() });
        let lines = lines(&composition);
        for line in cell {
            assert_eq!(lines.iter().filter(|other| other.3 == line).count(), 1, "{line}");
        }
        assert!(lines.iter().all(|line| line.2 < PAGE_HEIGHT - MARGIN));
    }

    #[test]
    fn every_page_says_which_it_is() {
        let composition = composed(&Document { blocks: vec![table(100)], ..Document::default() });
        let count = composition.pages.len();
        for (index, page) in composition.pages.iter().enumerate() {
            let number = format!("{} / {count}", index + 1);
            assert!(page.iter().any(|mark| matches!(mark, Mark::Text { line, .. } if *line.text == *number)));
        }
    }
}
