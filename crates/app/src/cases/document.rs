//! One case as a document: what is printed, in which order, for whom.

use super::export::coded;
use super::pages::screening::NOT_SAID;
use super::screenings;
use crate::access::{Filter, Permission, Sensitivity, Viewer};
use crate::code::Code;
use crate::dates::{Day, Moment};
use crate::db::{DbError, Row, Tx};
use crate::documents::{Block, Document};
use crate::error::Error;
use crate::forms;
use crate::ids::{CaseId, GoalId, PersonId};
use crate::people::PersonInput;
use crate::reference;
use crate::ui::{Language, Ui};

/// A case set for print.
pub struct Printable {
    /// The case's number, for the name of the file.
    pub number: i64,
    /// Whose it is.
    pub person: PersonId,
    /// What is printed.
    pub document: Document,
}

/// Writes in one language, in one organisation's time zone.
struct Words<'v> {
    language: Language,
    viewer: &'v Viewer,
}

/// The document of a case that is there for this user, with the parts they may read.
///
/// # Errors
/// Not allowed, not there for this user, or the database failed.
pub fn of_case(tx: &mut Tx<'_>, viewer: &Viewer, case: CaseId, language: Language) -> Result<Printable, Error> {
    viewer.require(Permission::ExportCase)?;
    viewer.require(Permission::ReadCases)?;
    let words = Words { language, viewer };
    let mut printable = words.front_page(tx, case)?;
    let blocks = &mut printable.document.blocks;
    let parts = Filter::new("x.organisation_id = ? AND x.case_id = ?", [viewer.organisation.into(), case.into()]);
    words.plan(tx, &parts, blocks)?;
    words.follow_ups(tx, &parts, blocks)?;
    words.notes(tx, &parts, blocks)?;
    words.flags(tx, &parts, blocks)?;
    words.approvals(tx, &parts, blocks)?;
    words.attachments(tx, &parts, blocks)?;
    words.screenings(tx, case, blocks)?;
    Ok(printable)
}

impl Words<'_> {
    fn t(&self, key: &str) -> String {
        self.language.t(&format!("documents-{key}")).to_owned()
    }

    fn day(&self, day: Option<Day>) -> String {
        day.map(|day| day.in_words(self.language)).unwrap_or_default()
    }

    fn moment(&self, moment: Option<Moment>) -> String {
        moment.map(|moment| moment.in_words(self.language, &self.viewer.time_zone)).unwrap_or_default()
    }

    fn on(&self, moment: Option<Moment>) -> String {
        self.day(moment.map(|moment| moment.day(&self.viewer.time_zone)))
    }

    fn coded(&self, list: &str, code: &str) -> String {
        if code.is_empty() { String::new() } else { coded(self.language, list, code) }
    }

    fn listed(&self, list: &str, code: &str) -> String {
        if code.is_empty() { String::new() } else { reference::label(list, code, self.language).to_owned() }
    }

    /// Facts with something to say.
    fn facts(&self, facts: Vec<(&str, String)>) -> Block {
        let told = facts.into_iter().filter(|(_, fact)| !fact.is_empty());
        Block::Facts(told.map(|(key, fact)| (self.t(key), fact)).collect())
    }

    fn table(&self, heading: &str, head: &[&str], rows: Vec<Vec<String>>, blocks: &mut Vec<Block>) {
        if rows.is_empty() {
            return;
        }
        blocks.push(Block::Heading(self.t(heading)));
        blocks.push(Block::Table { head: head.iter().map(|key| self.t(key)).collect(), rows });
    }

    fn front_page(&self, tx: &mut Tx<'_>, case: CaseId) -> Result<Printable, Error> {
        let filter = self.viewer.visible_cases().and("c.id = ?", [case.into()]);
        let sql = format!(
            "SELECT c.number, c.person_id, p.number, p.display_name, p.details, p.sex, p.birth_from, p.birth_to, \
             c.state, c.risk, c.risk_reason, u.name, s.name, t.name, c.opened_at, c.first_contact_at, c.assessed_at, \
             c.planned_at, c.in_service_at, c.closed_at, c.closure_reason, c.closure_note, c.satisfaction, \
             c.one_front_reason, c.due_kind, c.due_on \
             FROM case_file c JOIN person p ON p.organisation_id = c.organisation_id AND p.id = c.person_id \
             LEFT JOIN user_account u ON u.organisation_id = c.organisation_id AND u.id = c.owner_id \
             LEFT JOIN user_account s ON s.organisation_id = c.organisation_id AND s.id = c.supervisor_id \
             LEFT JOIN team t ON t.organisation_id = c.organisation_id AND t.id = c.team_id WHERE {}",
            filter.sql()
        );
        tx.one(&sql, filter.params(), |row| self.front_page_from(row))?.ok_or(Error::NotFound)
    }

    fn front_page_from(&self, row: &Row<'_>) -> Result<Printable, DbError> {
        let (number, person): (i64, PersonId) = (row.next()?, row.next()?);
        let (person_number, name): (i64, String) = (row.next()?, row.next()?);
        let record: PersonInput = serde_json::from_str(&row.next::<String>()?).unwrap_or_default();
        let who = vec![
            ("person-number", crate::people::number(person_number)),
            ("name", name.clone()),
            ("other-names", self.other_names(&record, &name)),
            ("sex", self.coded("sex", &row.next::<String>()?)),
            ("born", self.born(row.next()?, row.next()?)),
            ("nationality", joined(record.nationalities.iter().map(|code| self.nationality(code)))),
            ("languages", joined(record.languages.iter().map(|code| self.listed("languages", code)))),
        ];
        let what = vec![
            ("state", self.coded("case-state", &text(row)?)),
            ("risk", self.coded("risk", &text(row)?)),
            ("risk-reason", text(row)?),
            ("owner", text(row)?),
            ("supervisor", text(row)?),
            ("team", text(row)?),
            ("opened", self.on(row.next()?)),
            ("first-contact", self.on(row.next()?)),
            ("assessed", self.on(row.next()?)),
            ("planned", self.on(row.next()?)),
            ("in-service", self.on(row.next()?)),
            ("closed", self.on(row.next()?)),
            ("closure-reason", self.listed("closure_reasons", &text(row)?)),
            ("closure-note", text(row)?),
            ("satisfaction", self.coded("satisfaction", &text(row)?)),
            ("one-front-reason", text(row)?),
            ("due", self.coded("due-kind", &text(row)?)),
            ("due-on", self.day(row.next()?)),
        ];
        let mut blocks = vec![Block::Warning(self.t("confidential"))];
        let knows = self.viewer.sees(Sensitivity::Identity);
        if knows {
            blocks.extend([Block::Heading(self.t("person")), self.facts(who)]);
        }
        blocks.extend([Block::Heading(self.t("case")), self.facts(what)]);
        let made = self.moment(Some(Moment::now()));
        let document = Document {
            title: format!("{} {number}", self.t("case")),
            subtitle: if knows { name } else { String::new() },
            language: self.language.to_string(),
            right_to_left: self.language.direction() == "rtl",
            footer: format!("{} · {} · {made}", self.viewer.organisation_name, self.viewer.name),
            blocks,
        };
        Ok(Printable { number, person, document })
    }

    /// A day, or the span an estimate allows.
    fn born(&self, from: Option<Day>, to: Option<Day>) -> String {
        match (from, to) {
            (Some(from), Some(to)) if let Some(year) = from.year_until(to, self.language) => year,
            (Some(from), Some(to)) if from != to => format!("{} – {}", self.day(Some(from)), self.day(Some(to))),
            (from, to) => self.day(from.or(to)),
        }
    }

    /// Every further name, each on a line of its own: a paper is read by people of several scripts.
    fn other_names(&self, record: &PersonInput, main: &str) -> String {
        let others = record.names.iter().filter(|name| name.full() != main && !name.full().is_empty());
        let told: Vec<String> =
            others.map(|name| format!("{} ({})", name.full(), self.coded("name-kind", name.kind.code()))).collect();
        told.join("\n")
    }

    fn nationality(&self, code: &str) -> String {
        let list = if reference::has("countries", code) { "countries" } else { "special_nationalities" };
        self.listed(list, code)
    }

    fn plan(&self, tx: &mut Tx<'_>, parts: &Filter, blocks: &mut Vec<Block>) -> Result<(), Error> {
        let sql = format!(
            "SELECT x.id, x.front, x.dimension, x.text, x.state, x.outcome FROM goal x WHERE {} \
             ORDER BY x.front DESC, x.created_at, x.id",
            parts.sql()
        );
        let goals = tx.query(&sql, parts.params(), |row| {
            let id: GoalId = row.next()?;
            let fronts = [self.coded("front", &text(row)?), self.coded("dimension", &text(row)?)];
            let goal = text(row)?;
            let facts = vec![
                ("goal", goal),
                ("front", fronts.join(" · ")),
                ("state", self.coded("goal-state", &text(row)?)),
                ("outcome", text(row)?),
            ];
            Ok((id, self.facts(facts)))
        })?;
        if goals.is_empty() {
            return Ok(());
        }
        let actions = self.actions(tx, parts)?;
        blocks.push(Block::Heading(self.t("plan")));
        let head: Vec<String> =
            ["action", "who", "due-on", "state", "outcome"].into_iter().map(|key| self.t(key)).collect();
        for (goal, facts) in goals {
            blocks.push(facts);
            let rows: Vec<Vec<String>> =
                actions.iter().filter(|(of, _)| *of == goal).map(|(_, row)| row.clone()).collect();
            if !rows.is_empty() {
                blocks.push(Block::Table { head: head.clone(), rows });
            }
        }
        Ok(())
    }

    fn actions(&self, tx: &mut Tx<'_>, parts: &Filter) -> Result<Vec<(GoalId, Vec<String>)>, Error> {
        let sql = format!(
            "SELECT x.goal_id, x.text, x.who, u.name, x.provider_kind, x.due_on, x.state, x.outcome FROM action x \
             LEFT JOIN user_account u ON u.organisation_id = x.organisation_id AND u.id = x.user_id \
             WHERE {} ORDER BY x.due_on, x.id",
            parts.sql()
        );
        let actions = tx.query(&sql, parts.params(), |row| {
            let goal = row.next()?;
            let what = text(row)?;
            let who = [self.coded("doer", &text(row)?), text(row)?, self.listed("provider_kinds", &text(row)?)];
            let who: Vec<String> = who.into_iter().filter(|part| !part.is_empty()).collect();
            let due = self.day(row.next()?);
            let (state, outcome) = (self.coded("action-state", &text(row)?), text(row)?);
            Ok((goal, vec![what, who.join(", "), due, state, outcome]))
        })?;
        Ok(actions)
    }

    fn follow_ups(&self, tx: &mut Tx<'_>, parts: &Filter, blocks: &mut Vec<Block>) -> Result<(), Error> {
        let sql = format!(
            "SELECT x.kind, x.due_on, x.done_on, x.person_seen, x.text, u.name FROM follow_up x \
             LEFT JOIN user_account u ON u.organisation_id = x.organisation_id AND u.id = x.user_id \
             WHERE {} ORDER BY x.due_on, x.id",
            parts.sql()
        );
        let rows = tx.query(&sql, parts.params(), |row| {
            let kind = self.listed("follow_up_kinds", &text(row)?);
            let (due, done) = (self.day(row.next()?), self.day(row.next()?));
            let seen = match row.next::<Option<bool>>()? {
                Some(true) => self.language.t("yes"),
                Some(false) => self.language.t("no"),
                None => "",
            };
            Ok(vec![kind, due, done, seen.to_owned(), text(row)?, text(row)?])
        })?;
        self.table("follow-ups", &["kind", "due-on", "done-on", "person-seen", "text", "who"], rows, blocks);
        Ok(())
    }

    /// The screenings with what was asked and answered, each answer only for those who may read it.
    fn screenings(&self, tx: &mut Tx<'_>, case: CaseId, blocks: &mut Vec<Block>) -> Result<(), Error> {
        let ui = Ui::new(self.language, None, "");
        for screening in screenings::of_case(tx, self.viewer, case)?.iter().rev() {
            let title = screening.title_in(self.language);
            blocks.push(Block::Heading(format!("{title} · {}", self.day(Some(screening.done_on)))));
            let proposed = screening.result.proposed.map(|risk| self.coded("risk", risk.code())).unwrap_or_default();
            blocks.push(
                self.facts(vec![
                    ("done-by", screening.done_by.clone().unwrap_or_default()),
                    ("risk-proposed", proposed),
                ]),
            );
            let told = forms::screening_in_words(tx, self.viewer, &ui, screening)?.into_iter();
            let answered = told.filter(|answer| answer.value != NOT_SAID);
            let rows: Vec<Vec<String>> = answered.map(|answer| vec![answer.label, answer.words]).collect();
            if !rows.is_empty() {
                blocks.push(Block::Table { head: vec![self.t("question"), self.t("answer")], rows });
            }
        }
        Ok(())
    }

    fn notes(&self, tx: &mut Tx<'_>, parts: &Filter, blocks: &mut Vec<Block>) -> Result<(), Error> {
        let filter = parts.clone().and_filter(self.viewer.visible_parts("x"));
        let sql = format!(
            "SELECT x.created_at, u.name, x.kind, x.text, x.struck_at, x.struck_because FROM note x \
             LEFT JOIN user_account u ON u.organisation_id = x.organisation_id AND u.id = x.written_by \
             WHERE {} ORDER BY x.created_at, x.id",
            filter.sql()
        );
        let notes = tx.query(&sql, filter.params(), |row| {
            let head = [self.moment(row.next()?), text(row)?, self.listed("note_kinds", &text(row)?)];
            let (said, struck, why) = (text(row)?, row.next::<Option<Moment>>()?, text(row)?);
            // What was struck out is not to be relied on, least of all on paper.
            let told = struck.map(|at| {
                let at = self.moment(Some(at));
                format!("{}: {why}", self.language.t_with("note-struck", &[("name", at.into())]))
            });
            Ok((head.join("\n"), told.unwrap_or(said)))
        })?;
        if !notes.is_empty() {
            blocks.push(Block::Heading(self.t("notes")));
            blocks.push(Block::Facts(notes));
        }
        Ok(())
    }

    fn flags(&self, tx: &mut Tx<'_>, parts: &Filter, blocks: &mut Vec<Block>) -> Result<(), Error> {
        let sql = format!(
            "SELECT x.kind, x.text, x.created_at, x.resolved_at, x.resolution FROM flag x WHERE {} \
             ORDER BY x.created_at, x.id",
            parts.sql()
        );
        let rows = tx.query(&sql, parts.params(), |row| {
            let kind = self.listed("flag_kinds", &text(row)?);
            Ok(vec![kind, text(row)?, self.on(row.next()?), self.on(row.next()?), text(row)?])
        })?;
        self.table("flags", &["kind", "text", "raised", "resolved", "outcome"], rows, blocks);
        Ok(())
    }

    fn approvals(&self, tx: &mut Tx<'_>, parts: &Filter, blocks: &mut Vec<Block>) -> Result<(), Error> {
        let sql = format!(
            "SELECT x.kind, x.state, x.asked_at, a.name, x.decided_at, d.name, x.comment FROM approval x \
             LEFT JOIN user_account a ON a.organisation_id = x.organisation_id AND a.id = x.asked_by \
             LEFT JOIN user_account d ON d.organisation_id = x.organisation_id AND d.id = x.decided_by \
             WHERE {} ORDER BY x.asked_at, x.id",
            parts.sql()
        );
        let rows = tx.query(&sql, parts.params(), |row| {
            let (kind, state) = (self.coded("approval-kind", &text(row)?), self.coded("approval-state", &text(row)?));
            let asked = [self.on(row.next()?), text(row)?].join(" · ");
            let decided = [self.on(row.next()?), text(row)?];
            let decided: Vec<String> = decided.into_iter().filter(|part| !part.is_empty()).collect();
            Ok(vec![kind, state, asked, decided.join(" · "), text(row)?])
        })?;
        self.table("approvals", &["kind", "state", "asked", "decided", "text"], rows, blocks);
        Ok(())
    }

    fn attachments(&self, tx: &mut Tx<'_>, parts: &Filter, blocks: &mut Vec<Block>) -> Result<(), Error> {
        let filter = parts.clone().and_filter(self.viewer.visible_parts("x"));
        let sql = format!(
            "SELECT x.name, x.media_type, x.created_at FROM attachment x WHERE {} ORDER BY x.created_at, x.id",
            filter.sql()
        );
        let rows = tx.query(&sql, filter.params(), |row| Ok(vec![text(row)?, text(row)?, self.on(row.next()?)]))?;
        self.table("attachments", &["file", "kind", "added"], rows, blocks);
        Ok(())
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The next column's words; nothing where there are none.
fn text(row: &Row<'_>) -> Result<String, DbError> {
    Ok(row.next::<Option<String>>()?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Role, Scope, Via};
    use crate::db::{Db, Location, Value};
    use crate::history::{Bookkeeping, Pen};
    use crate::ids::{SessionId, UserId};
    use crate::keys::DataKey;
    use crate::users::{OrganisationSettings, store};

    /// A case with a note of each sensitivity, and a caseworker who carries it.
    fn with_case(work: impl FnOnce(&mut Tx<'_>, &Viewer, CaseId) -> Result<(), Error> + Send + 'static) {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(Location::Sqlite(folder.path().join("watari.db")), &DataKey::generate(), 1).unwrap();
        db.write_blocking(move |tx| {
            let organisation = store::create_organisation(tx, "جسر", "JO", &OrganisationSettings::default())?;
            let viewer = Viewer {
                organisation,
                organisation_name: "جسر".to_owned(),
                user: UserId::new(),
                name: "Lucía".to_owned(),
                language: "ar".to_owned(),
                role: Role::Caseworker,
                scope: Scope::Own,
                team: None,
                sees_medical: false,
                sees_trafficking: false,
                via: Via::Session(SessionId::new()),
                time_zone: "Asia/Amman".to_owned(),
                today: "2026-11-24".parse().unwrap(),
            };
            let (person, case, goal) = (PersonId::new(), CaseId::new(), GoalId::new());
            let ids: &[(&str, Value)] = &[
                ("organisation_id", organisation.into()),
                ("person_id", person.into()),
                ("case_id", case.into()),
                ("goal_id", goal.into()),
                ("owner_id", viewer.user.into()),
                ("trafficking", Value::Int(0)),
                ("state", "open".into()),
                ("due_on", "2026-12-01".into()),
            ];
            insert(
                tx,
                "person",
                ids,
                &[("id", person.into()), ("display_name", "أمينة يوسف".into()), ("birth_from", "1997-03-02".into())],
            )?;
            insert(tx, "case_file", ids, &[("id", case.into()), ("number", Value::Int(41))])?;
            insert(tx, "goal", ids, &[("id", goal.into()), ("text", "سكن آمن".into())])?;
            insert(tx, "action", ids, &[("text", "Call the shelter".into())])?;
            for sensitivity in ["case", "medical", "trafficking"] {
                let text = format!("note of {sensitivity}");
                insert(tx, "note", ids, &[("sensitivity", sensitivity.into()), ("text", text.into())])?;
            }
            for table in ["follow_up", "screening", "flag", "approval", "attachment"] {
                insert(tx, table, ids, &[("done_on", "2026-11-20".into()), ("sensitivity", "case".into())])?;
            }
            work(tx, &viewer, case)
        })
        .unwrap();
    }

    /// A row with what is told, and something harmless in every other column that needs it.
    fn insert(tx: &mut Tx<'_>, table: &str, ids: &[(&str, Value)], known: &[(&str, Value)]) -> Result<(), Error> {
        let columns: Vec<(String, String, bool)> =
            tx.query("SELECT name, type, \"notnull\" FROM pragma_table_info($1)", &[table.into()], |row| {
                Ok((row.next()?, row.next()?, row.next()?))
            })?;
        let values: Vec<Value> = columns
            .iter()
            .map(|(name, kind, needed)| {
                let told = known.iter().chain(ids).find(|(known, _)| known == name);
                match (told, kind.as_str(), needed) {
                    (Some((_, value)), ..) => value.clone(),
                    (None, _, false) => Value::Null,
                    (None, "TEXT", _) => "other".into(),
                    (None, "BLOB", _) => uuid::Uuid::now_v7().into(),
                    (None, ..) => Value::Int(1),
                }
            })
            .collect();
        let names: Vec<&str> = columns.iter().map(|(name, ..)| name.as_str()).collect();
        let marks: Vec<String> = (1..=names.len()).map(|number| format!("${number}")).collect();
        let sql = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), marks.join(", "));
        tx.execute(&Pen::unrecorded(Bookkeeping::Copy), &sql, &values)?;
        Ok(())
    }

    fn words(document: &Document) -> String {
        format!("{:?}", document.blocks)
    }

    #[test]
    fn a_case_is_printed_with_what_the_reader_may_read() {
        with_case(|tx, viewer, case| {
            let printed = of_case(tx, viewer, case, Language::En)?;
            let words = words(&printed.document);
            assert_eq!(printed.number, 41);
            for told in ["أمينة يوسف", "سكن آمن", "Call the shelter", "note of case"] {
                assert!(words.contains(told), "{told} in {words}");
            }
            assert!(!words.contains("note of medical") && !words.contains("note of trafficking"));
            let trusted = Viewer { sees_medical: true, ..viewer.clone() };
            assert!(self::words(&of_case(tx, &trusted, case, Language::En)?.document).contains("note of medical"));
            Ok(())
        });
    }

    #[test]
    fn an_arabic_case_becomes_a_pdf_from_the_right() {
        with_case(|tx, viewer, case| {
            let document = of_case(tx, viewer, case, Language::Ar)?.document;
            assert!(document.right_to_left);
            let bytes = document.to_pdf().unwrap();
            assert!(bytes.starts_with(b"%PDF-"));
            Ok(())
        });
    }

    #[test]
    fn nobody_prints_what_is_not_theirs() {
        with_case(|tx, viewer, case| {
            let other = Viewer { user: UserId::new(), ..viewer.clone() };
            assert!(matches!(of_case(tx, &other, case, Language::En), Err(Error::NotFound)));
            let manager = Viewer { role: Role::ProgrammeManager, scope: Scope::Organisation, ..viewer.clone() };
            assert!(matches!(of_case(tx, &manager, case, Language::En), Err(Error::Forbidden(_))));
            Ok(())
        });
    }
}
