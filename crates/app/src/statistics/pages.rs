//! The pages of statistics.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Html;

use super::asked::{Asked, Only};
use super::chart::{Bar, Line, bars};
use super::figures::{self, Answer};
use super::model::{Cell, Dimension, Indicator, IndicatorId, Period, Question, Span};
use super::words;
use crate::access::{Permission, Viewer};
use crate::code::Code;
use crate::db::Tx;
use crate::error::{Error, FieldError};
use crate::people::Sex;
use crate::ui::Ui;
use crate::web::{Context, page};

/// What narrows the figures of every indicator.
const FILTERS: [Dimension; 5] =
    [Dimension::Sex, Dimension::Age, Dimension::Disability, Dimension::Status, Dimension::Nationality];

/// Children, by their age bands.
const CHILDREN: [&str; 3] = ["0-4", "5-11", "12-17"];
const OLDER: &str = "60+";

/// A choice in a list.
struct Choice {
    code: String,
    label: String,
    chosen: bool,
}

/// A dimension with the values to choose from.
struct Narrowing {
    dimension: Dimension,
    label: &'static str,
    choices: Vec<Choice>,
}

/// What stands at the head of a page of figures: over which days, of whom.
struct Head {
    period: String,
    /// The period as the address writes it.
    code: String,
    /// What narrows the figures, in words.
    only: Vec<String>,
    periods: Vec<Choice>,
    /// The days of choice, where there are any.
    days: Option<Period>,
    narrowings: Vec<Narrowing>,
    /// What the address asks for, but for the period.
    rest: String,
    before: String,
    next: Option<String>,
    errors: Vec<FieldError>,
}

impl Head {
    /// The address of this page about other days.
    fn at(&self, period: &str) -> String {
        format!("?period={}{}", encoded(period), self.rest)
    }

    /// What stands after the question mark of this page's address.
    fn query(&self) -> String {
        format!("period={}{}", encoded(&self.code), self.rest)
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The period asked for, or this year with what is wrong.
fn period_of(asked: &Asked, today: crate::dates::Day) -> Result<(Period, Vec<FieldError>), Error> {
    match asked.period(today) {
        Ok(period) => Ok((period, Vec::new())),
        Err(Error::Invalid(errors)) => Ok((Period::year(today), errors)),
        Err(error) => Err(error),
    }
}

fn head(
    tx: &mut Tx<'_>,
    ui: &Ui,
    viewer: &Viewer,
    (asked, only): (&Asked, &Only),
    offered: &[Dimension],
) -> Result<Head, Error> {
    let (period, errors) = period_of(asked, viewer.today)?;
    let code = period.to_string();
    let periods = offered_periods(period, viewer.today).into_iter();
    let label = |period: &Period| words::period(ui, period);
    let periods = periods.map(|it| Choice { code: it.to_string(), label: label(&it), chosen: it == period });
    let mut narrowings = Vec::new();
    for dimension in offered.iter().filter(|dimension| viewer.counts(dimension.sensitivity())) {
        let mut choices: Vec<Choice> = figures::values(tx, viewer, *dimension)?
            .into_iter()
            .map(|code| Choice {
                label: words::value(ui, *dimension, &code),
                chosen: only.of(*dimension) == Some(code.as_str()),
                code,
            })
            .collect();
        if matches!(dimension, Dimension::Nationality | Dimension::Route) {
            choices.sort_by_cached_key(|choice| deunicode::deunicode(&choice.label).to_lowercase());
        }
        narrowings.push(Narrowing { dimension: *dimension, label: ui.label(dimension), choices });
    }
    let pairs = only.pairs();
    let by = asked.by()?.into_iter().map(Dimension::code).collect::<Vec<_>>().join(",");
    let rest = pairs.iter().map(|(dimension, value)| (dimension.code(), value.as_str())).chain([("by", by.as_str())]);
    let rest = rest.filter(|(_, value)| !value.is_empty());
    let next = period.next();
    Ok(Head {
        period: label(&period),
        only: pairs.iter().map(|(of, value)| format!("{}: {}", ui.label(of), words::value(ui, *of, value))).collect(),
        periods: periods.collect(),
        days: period.span().is_none().then_some(period),
        narrowings,
        rest: rest.map(|(name, value)| format!("&{name}={}", encoded(value))).collect(),
        before: period.before().to_string(),
        next: (next.from <= viewer.today).then(|| next.to_string()),
        code,
        errors,
    })
}

/// The periods to choose from: the latest of each length, and the one that is shown.
fn offered_periods(shown: Period, today: crate::dates::Day) -> Vec<Period> {
    let mut offered = Vec::new();
    for (span, most) in [(Span::Year, 4), (Span::Quarter, 6), (Span::Month, 13)] {
        let latest = Period::around(today, span);
        offered.extend(std::iter::successors(Some(latest), |it| Some(it.before())).take(most));
    }
    if shown.span().is_some() && !offered.contains(&shown) {
        offered.insert(0, shown);
    }
    offered
}

/// An indicator on the first page.
struct Card {
    indicator: &'static Indicator,
    figure: String,
    part: Option<String>,
    median: Option<i64>,
    before: String,
    a_year_ago: String,
    line: Line,
    /// Women, children and others who must not be lost in a total.
    groups: Vec<Bar>,
}

fn card(tx: &mut Tx<'_>, ui: &Ui, viewer: &Viewer, question: &Question) -> Result<Card, Error> {
    let indicator = Indicator::of(question.indicator).ok_or(Error::NotFound)?;
    let answer = figures::compared(tx, viewer, question)?;
    let total = &answer.figures.total;
    Ok(Card {
        indicator,
        figure: words::figure(ui, total),
        part: words::part(ui, total),
        median: total.median_days.and_then(|days| i64::try_from(days).ok()),
        before: words::figure(ui, &answer.before),
        a_year_ago: words::figure(ui, &answer.a_year_ago),
        line: line(ui, &answer),
        groups: bars(ui, &groups(tx, ui, viewer, question)?),
    })
}

/// The same question about those who are most at risk of being overlooked, in a fixed order, zeros too.
fn groups(tx: &mut Tx<'_>, ui: &Ui, viewer: &Viewer, question: &Question) -> Result<Vec<(String, Cell)>, Error> {
    let mut told = |by: Dimension| -> Result<Vec<Cell>, Error> {
        if !viewer.counts(by.sensitivity()) {
            return Ok(Vec::new());
        }
        Ok(figures::answer(tx, viewer, &Question { by: vec![by], ..question.clone() })?.cells)
    };
    let sexes = told(Dimension::Sex)?;
    let ages = told(Dimension::Age)?;
    let disabilities = told(Dimension::Disability)?;
    let sum = |cells: &[Cell], values: &[&str]| {
        let of = cells.iter().filter(|cell| cell.values.first().is_some_and(|value| values.contains(&value.as_str())));
        of.fold(Cell::default(), |sum, cell| Cell {
            numerator: sum.numerator + cell.numerator,
            denominator: cell.denominator.map(|all| all + sum.denominator.unwrap_or(0)).or(sum.denominator),
            ..sum
        })
    };
    let mut groups = vec![
        (ui.label(&Sex::Female), sum(&sexes, &[Sex::Female.code()])),
        (ui.label(&Sex::Male), sum(&sexes, &[Sex::Male.code()])),
        (ui.t("statistics-other-sex"), sum(&sexes, &[Sex::Other.code(), super::UNKNOWN])),
        (ui.t("statistics-children"), sum(&ages, &CHILDREN)),
        (ui.t("statistics-older"), sum(&ages, &[OLDER])),
    ];
    if !disabilities.is_empty() {
        groups.push((ui.t("statistics-with-disability"), sum(&disabilities, &["yes"])));
    }
    Ok(groups.into_iter().map(|(label, cell)| (label.to_owned(), cell)).collect())
}

fn line(ui: &Ui, answer: &Answer) -> Line {
    let steps = answer.over_time.iter().map(|step| (words::period(ui, &step.period), step.total.clone()));
    Line::of(ui, steps.collect())
}

#[derive(Template)]
#[template(path = "statistics/templates/dashboard.html")]
struct Dashboard {
    ui: Ui,
    head: Head,
    left_out: i64,
    cards: Vec<Card>,
    /// Whether figures about trafficking are kept from this user.
    keeps_back: bool,
}

/// Every indicator this user may read, over the same days and of the same people.
pub(super) async fn dashboard(
    ctx: Context,
    Query(asked): Query<Asked>,
    Query(only): Query<Only>,
) -> Result<Html<String>, Error> {
    ctx.viewer.require(Permission::ReadStatistics)?;
    let ui = ctx.ui();
    let read = ctx.read(move |tx, viewer| {
        let only = only.narrowed(&FILTERS);
        let head = head(tx, &ui, viewer, (&asked, &only), &FILTERS)?;
        let (period, _) = period_of(&asked, viewer.today)?;
        let question = |indicator| Question { indicator, period, by: Vec::new(), only: only.pairs() };
        let shown = Indicator::all().iter().filter(|indicator| viewer.counts(indicator.sensitivity));
        let fits = shown.filter(|it| only.pairs().iter().all(|(dimension, _)| it.dimensions.contains(dimension)));
        let cards = fits.map(|it| card(tx, &ui, viewer, &question(it.id))).collect::<Result<Vec<_>, _>>()?;
        let all = figures::answer(tx, viewer, &question(IndicatorId::PeopleReached))?;
        let keeps_back = Indicator::all().iter().any(|indicator| !viewer.counts(indicator.sensitivity));
        let left_out = i64::try_from(all.left_out).unwrap_or(i64::MAX);
        Ok(Dashboard { head, left_out, cards, keeps_back, ui })
    });
    page(read.await?)
}

#[derive(Template)]
#[template(path = "statistics/templates/indicator.html")]
struct IndicatorPage {
    ui: Ui,
    head: Head,
    indicator: &'static Indicator,
    figure: String,
    part: Option<String>,
    median: Option<i64>,
    before: String,
    a_year_ago: String,
    left_out: i64,
    line: Line,
    groups: Vec<Bar>,
    /// By what it is told apart, with the rows.
    by: Vec<Dimension>,
    rows: Vec<Bar>,
    overlaps: bool,
    /// What it can be told apart by, for a first and a second choice.
    offered: [Vec<Choice>; 2],
}

/// One indicator, told apart as asked.
pub(super) async fn indicator(
    ctx: Context,
    Path(indicator): Path<String>,
    Query(asked): Query<Asked>,
    Query(only): Query<Only>,
) -> Result<Html<String>, Error> {
    ctx.viewer.require(Permission::ReadStatistics)?;
    let id = IndicatorId::from_code(&indicator).ok_or(Error::NotFound)?;
    let ui = ctx.ui();
    page(ctx.read(move |tx, viewer| indicator_page(tx, ui, viewer, id, (&asked, &only))).await?)
}

fn indicator_page(
    tx: &mut Tx<'_>,
    ui: Ui,
    viewer: &Viewer,
    id: IndicatorId,
    (asked, only): (&Asked, &Only),
) -> Result<IndicatorPage, Error> {
    let indicator = Indicator::of(id).ok_or(Error::NotFound)?;
    let head = head(tx, &ui, viewer, (asked, only), &indicator.dimensions)?;
    let (period, _) = period_of(asked, viewer.today)?;
    let question = Question { indicator: id, period, by: asked.by()?, only: only.pairs() };
    let answer = figures::compared(tx, viewer, &question)?;
    let total = &answer.figures.total;
    let label = |cell: &Cell| {
        let values = question.by.iter().zip(&cell.values).map(|(by, value)| words::value(&ui, *by, value));
        values.collect::<Vec<_>>().join(" · ")
    };
    let mut cells: Vec<(String, Cell)> = answer.figures.cells.iter().map(|cell| (label(cell), cell.clone())).collect();
    if matches!(question.by[..], [Dimension::Nationality | Dimension::Route | Dimension::Status | Dimension::Provider])
    {
        cells.sort_by_key(|(_, cell)| std::cmp::Reverse(cell.numerator));
    }
    let may = indicator.dimensions.iter().filter(|dimension| viewer.counts(dimension.sensitivity()));
    let offered = |place: usize| {
        let choice = |dimension: &Dimension| Choice {
            code: dimension.code().to_owned(),
            label: ui.label(dimension).to_owned(),
            chosen: question.by.get(place) == Some(dimension),
        };
        may.clone().map(choice).collect()
    };
    let plain = Question { by: Vec::new(), ..question.clone() };
    Ok(IndicatorPage {
        indicator,
        figure: words::figure(&ui, total),
        part: words::part(&ui, total),
        median: total.median_days.and_then(|days| i64::try_from(days).ok()),
        before: words::figure(&ui, &answer.before),
        a_year_ago: words::figure(&ui, &answer.a_year_ago),
        left_out: i64::try_from(answer.figures.left_out).unwrap_or(i64::MAX),
        line: line(&ui, &answer),
        groups: bars(&ui, &groups(tx, &ui, viewer, &plain)?),
        rows: bars(&ui, &cells),
        overlaps: question.by.iter().any(|dimension| dimension.overlaps()),
        offered: [offered(0), offered(1)],
        by: question.by.clone(),
        head,
        ui,
    })
}

#[derive(Template)]
#[template(path = "statistics/templates/definitions.html")]
struct Definitions {
    ui: Ui,
    indicators: &'static [Indicator],
}

/// What every indicator means: for everyone, so that whoever reads a figure can look it up.
pub(super) async fn definitions(ctx: Context) -> Result<Html<String>, Error> {
    page(Definitions { ui: ctx.ui(), indicators: Indicator::all() })
}
