//! The list of cases: filters, order, pages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::model::{CaseState, CaseSummary, Risk};
use super::store;
use crate::access::{Filter, Permission, Viewer, latest};
use crate::codes;
use crate::db::{Tx, Value};
use crate::error::Error;
use crate::forms::{self, Column};
use crate::ids::{CaseId, TeamId, UserId};
use crate::ui::Ui;

codes! {
    /// The order of the list of cases.
    "case-sort" CaseSort {
        /// Last changed first.
        Updated = "updated",
        /// Due first; closed cases have nothing due and are left out.
        Due = "due",
        /// Most vulnerable first.
        Vulnerability = "vulnerability",
    }
}

/// Which cases, in which order, from where on.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CaseQuery {
    /// Only in this state.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub state: Option<CaseState>,
    /// Only of this risk.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub risk: Option<Risk>,
    /// Only this user's.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub owner: Option<UserId>,
    /// Only this team's.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub team: Option<TeamId>,
    /// Only what is late.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub overdue: Option<bool>,
    /// Only one's own.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub mine: Option<bool>,
    /// In which order; last changed first where left out.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub sort: Option<CaseSort>,
    /// Where the page before ended.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub after: Option<String>,
    /// Answers to be shown beside each case: of the latest submission of a form, as `form.question`, with commas between
    /// them.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub columns: Option<String>,
    /// How many, 1 to 200; 50 where left out.
    #[serde(default, deserialize_with = "crate::web::blank")]
    pub limit: Option<i64>,
}

/// A page of the list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CasePage {
    /// The cases.
    pub items: Vec<CaseSummary>,
    /// What to send as `after` for the next page; nothing at the end.
    pub next: Option<String>,
    /// The questions whose answers were asked for as columns, as far as you may read them.
    pub columns: Vec<Asked>,
}

/// A question whose answers stand beside each case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = CaseColumn)]
pub struct Asked {
    /// The form's name and the question's.
    pub key: String,
    /// What is asked.
    pub label: String,
}

impl From<&Column> for Asked {
    fn from(column: &Column) -> Asked {
        Asked { key: column.key.clone(), label: column.label.clone() }
    }
}

/// The list with the answers asked for beside each case.
///
/// # Errors
/// As for [`page`].
pub fn page_with_answers(tx: &mut Tx<'_>, viewer: &Viewer, ui: &Ui, query: &CaseQuery) -> Result<CasePage, Error> {
    let mut found = page(tx, viewer, query)?;
    let columns = forms::columns_named(tx, viewer, ui, query.columns.as_deref().unwrap_or_default())?;
    let cases: Vec<CaseId> = found.items.iter().map(|case| case.id).collect();
    let mut answers = forms::answers_of_cases(tx, viewer, ui, &cases, &columns)?;
    for case in &mut found.items {
        case.answers = answers.remove(&case.id).unwrap_or_else(|| vec![String::new(); columns.len()]);
    }
    found.columns = columns.iter().map(Asked::from).collect();
    Ok(found)
}

/// Where a page ended: the value it was sorted by, and the id.
#[derive(Serialize, Deserialize)]
struct Cursor(CaseSort, String, CaseId);

impl Cursor {
    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn decode(text: &str, sort: CaseSort) -> Result<Cursor, Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let cursor: Option<Cursor> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        cursor
            .filter(|cursor| cursor.0 == sort)
            .ok_or_else(|| Error::BadRequest("`after` is not from this list".to_owned()))
    }

    fn value(&self) -> Result<Value, Error> {
        match self.0 {
            CaseSort::Due => Ok(self.1.as_str().into()),
            _ => {
                let number: i64 =
                    self.1.parse().map_err(|_| Error::BadRequest("`after` is not from this list".to_owned()))?;
                Ok(number.into())
            }
        }
    }
}

impl CaseSort {
    fn column(self) -> &'static str {
        match self {
            CaseSort::Updated => "c.updated_at",
            CaseSort::Due => "c.due_on",
            CaseSort::Vulnerability => "c.vulnerability",
        }
    }

    fn of(self, case: &CaseSummary) -> String {
        match self {
            CaseSort::Updated => case.updated_at.milliseconds().to_string(),
            CaseSort::Due => case.due_on.map(|day| day.to_string()).unwrap_or_default(),
            CaseSort::Vulnerability => case.vulnerability.to_string(),
        }
    }
}

/// Cases that are there for this user, narrowed.
pub(super) fn narrowed(visible: Filter, viewer: &Viewer, query: &CaseQuery) -> Filter {
    let mut filter = visible;
    if let Some(state) = query.state {
        filter = filter.and("c.state = ?", [state.into()]);
    }
    if let Some(risk) = query.risk {
        filter = filter.and("c.risk = ?", [risk.into()]);
    }
    if let Some(owner) = query.owner {
        filter = filter.and("c.owner_id = ?", [owner.into()]);
    }
    if let Some(team) = query.team {
        filter = filter.and("c.team_id = ?", [team.into()]);
    }
    if query.mine == Some(true) {
        filter = filter.and("c.owner_id = ?", [viewer.user.into()]);
    }
    if query.overdue == Some(true) {
        filter = filter.and("c.due_on < ?", [viewer.today.into()]);
    }
    filter
}

/// A page of the cases that are there for this user.
///
/// # Errors
/// The role does not read cases, a cursor of another list, or the database failed.
pub fn page(tx: &mut Tx<'_>, viewer: &Viewer, query: &CaseQuery) -> Result<CasePage, Error> {
    viewer.require(Permission::ReadCases)?;
    let sort = query.sort.unwrap_or(CaseSort::Updated);
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let (compare, direction) = if sort == CaseSort::Due { (">", "ASC") } else { ("<", "DESC") };
    let after = query.after.as_deref().map(|after| Cursor::decode(after, sort)).transpose()?;
    let mut read = |visible: Filter, by: &str| {
        let mut filter = narrowed(visible, viewer, query);
        if sort == CaseSort::Due {
            filter = filter.and("c.due_on IS NOT NULL", []);
        }
        if let Some(after) = &after {
            filter = filter.and(&format!("({by}, c.id) {compare} (?, ?)"), [after.value()?, after.2.into()]);
        }
        store::summaries(tx, viewer, &filter, &format!("{by} {direction}, c.id {direction}"), limit + 1)
    };
    // Only the order of changes has an index for each way; one's own are one of the ways.
    let mut items = match sort {
        CaseSort::Updated if query.mine != Some(true) => {
            let place = |case: &CaseSummary| (case.updated_at.milliseconds(), case.id.0);
            latest(viewer.visible_cases_apart(), (sort.column(), "c.id"), limit as usize + 1, place, read)?
        }
        _ => read(viewer.visible_cases_in_order(), sort.column())?,
    };
    let more = items.len() as i64 > limit;
    items.truncate(usize::try_from(limit).unwrap_or(50));
    let last = items.last().filter(|_| more);
    let next = last.map(|case| Cursor(sort, sort.of(case), case.id).encode());
    Ok(CasePage { items, next, columns: Vec::new() })
}

impl CaseQuery {
    /// The query of the next page, for a link.
    pub fn following(&self, after: &str) -> String {
        self.link("after", after)
    }

    /// The query of the same cases as a file, for a link.
    pub fn exported(&self, format: &str) -> String {
        self.link("format", format)
    }

    /// The query of the same cases with these columns, for a link.
    pub fn with_columns(&self, columns: &str) -> String {
        CaseQuery { columns: None, ..self.clone() }.link("columns", columns)
    }

    /// The query of the same cases, for a link.
    pub fn same(&self) -> String {
        self.with_columns(self.columns.as_deref().unwrap_or_default())
    }

    fn link(&self, name: &'static str, value: &str) -> String {
        let mut pairs = vec![(name, value.to_owned())];
        let mut add = |name, value: Option<String>| pairs.extend(value.map(|value| (name, value)));
        add("state", self.state.map(|it| it.to_string()));
        add("risk", self.risk.map(|it| it.to_string()));
        add("owner", self.owner.map(|it| it.to_string()));
        add("team", self.team.map(|it| it.to_string()));
        add("overdue", self.overdue.map(|it| it.to_string()));
        add("mine", self.mine.map(|it| it.to_string()));
        add("sort", self.sort.map(|it| it.to_string()));
        add("columns", self.columns.clone());
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_order() {
        let cursor = Cursor(CaseSort::Due, "2026-11-24".to_owned(), CaseId::new()).encode();
        assert!(Cursor::decode(&cursor, CaseSort::Due).is_ok());
        assert!(Cursor::decode(&cursor, CaseSort::Updated).is_err());
        assert!(Cursor::decode("nonsense", CaseSort::Due).is_err());
    }
}
