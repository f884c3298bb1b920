//! A case from opening to closure, over HTTP, as a caseworker and a supervisor live it.

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, IF_MATCH, LOCATION};
use axum::http::{Request, StatusCode};
use serde_json::{Value as Json, json};
use tower::Service;

use crate::access::{Role, Scope};
use crate::dates::Moment;
use crate::db::{Db, Location};
use crate::error::Error;
use crate::forms::{SEVEN_DIMENSIONS, SPECIFIC_NEEDS};
use crate::history::{self, Act, Actor, Bookkeeping, Entry, Kind, Pen};
use crate::ids::{CaseId, OrganisationId, PersonId, ScreeningId, UserId};
use crate::keys::DataKey;
use crate::params;
use crate::ui::Language;
use crate::users::{self, NewUser, OrganisationSettings};
use crate::web::{App, Client, Settings, router};

struct House {
    site: Router,
    person: PersonId,
    worker: String,
    supervisor: String,
    manager: String,
    auditor: String,
    db: Db,
    organisation: OrganisationId,
}

struct Answer {
    status: StatusCode,
    location: String,
    text: String,
    etag: String,
}

impl Answer {
    fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

fn house() -> House {
    let folder = std::env::temp_dir().join(format!("watari-cases-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    let db = Db::open(Location::Sqlite(folder.join("test.db")), &DataKey::generate(), 2).unwrap();
    let person = PersonId::new();
    let (organisation, secrets) = db
        .write_blocking(move |tx| -> Result<_, Error> {
            let organisation = users::store::create_organisation(tx, "Casa", "ES", &OrganisationSettings::default())?;
            let by = Actor { organisation, user: None };
            let user = |tx: &mut crate::db::Tx<'_>, name: &str, role, scope, supervisor: Option<UserId>| {
                let user = NewUser {
                    username: name.to_owned(),
                    name: name.to_owned(),
                    email: None,
                    language: Language::En,
                    role,
                    scope,
                    team_id: None,
                    supervisor_id: supervisor,
                    sees_medical: true,
                    sees_trafficking: true,
                };
                users::store::create_user(tx, by, &user)
            };
            let supervisor = user(tx, "samuel", Role::Supervisor, Scope::Organisation, None)?;
            let worker = user(tx, "lucia", Role::Caseworker, Scope::Own, Some(supervisor))?;
            let manager = user(tx, "pilar", Role::ProgrammeManager, Scope::Organisation, None)?;
            let auditor = user(tx, "andres", Role::Auditor, Scope::Organisation, None)?;
            let pen = history::record(tx, by, Entry::new(Act::Created, Kind::Person, person))?;
            tx.execute(
                &pen,
                "INSERT INTO person (organisation_id, id, number, display_name, sort_name, sex, birth_kind, details, \
                 needs, vulnerability, protected, owner_id, consent_case_work, consent_referral, \
                 consent_law_enforcement, consent_statistics, consent_research, created_at, updated_at, version) \
                 VALUES ($1, $2, 1, 'Amina Yusuf', 'amina', 'female', 'unknown', '{}', '', 0, 0, $3, 'given', \
                 'none', 'none', 'none', 'none', $4, $4, 1)",
                params![organisation, person, worker, Moment::now()],
            )?;
            let client = Client { address: IpAddr::V4(Ipv4Addr::LOCALHOST), user_agent: String::new(), device: None };
            let mut secrets = Vec::new();
            for user in [worker, supervisor, manager, auditor] {
                secrets.push(users::sessions::begin(tx, organisation, user, &client, false)?);
            }
            Ok((organisation, secrets))
        })
        .unwrap();
    let [worker, supervisor, manager, auditor] = secrets.try_into().unwrap();
    let site = router(App::new(db.clone(), Settings::default()));
    House { site, person, worker, supervisor, manager, auditor, db, organisation }
}

impl House {
    async fn send(&self, who: &str, request: axum::http::request::Builder, body: String) -> Answer {
        let request = request.header(COOKIE, format!("{}={who}", users::sessions::COOKIE));
        let answer = self.site.clone().call(request.body(Body::from(body)).unwrap()).await.unwrap();
        let header = |name| {
            let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (status, location, etag) = (answer.status(), header(LOCATION), header(axum::http::header::ETAG));
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        Answer { status, location, etag, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    async fn get(&self, who: &str, path: &str) -> Answer {
        self.send(who, Request::get(path), String::new()).await
    }

    async fn form(&self, who: &str, path: &str, body: &str) -> Answer {
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(who, request, body.to_owned()).await
    }

    async fn api(&self, who: &str, method: &str, path: &str, version: Option<&str>, body: Json) -> Answer {
        let mut request =
            Request::builder().method(method).uri(format!("/api/v1{path}")).header(CONTENT_TYPE, "application/json");
        if let Some(version) = version {
            request = request.header(IF_MATCH, version);
        }
        self.send(who, request, body.to_string()).await
    }

    async fn version(&self, who: &str, case: &str) -> String {
        let answer = self.get(who, &format!("/api/v1{case}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.etag
    }

    async fn step(&self, who: &str, case: &str, step: &str, body: Json) -> Answer {
        let version = self.version(who, case).await;
        self.api(who, "POST", &format!("{case}/{step}"), Some(&version), body).await
    }

    async fn opened(&self) -> String {
        let body = format!("person_id={}&risk=medium&why=Arrived+alone", self.person);
        let opened = self.form(&self.worker, "/cases", &body).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
        opened.location
    }

    /// Answers a screening as a program does: these questions with yes, the others with the least.
    async fn answer(&self, case: &str, form: &str, yes: &[&str]) -> Answer {
        let forms = self.get(&self.worker, "/api/v1/questionnaires").await.json();
        let form = forms.as_array().unwrap().iter().find(|it| it["id"] == form).unwrap();
        let asked = form["questions"].as_array().unwrap().iter().filter(|question| question["in_words"] == false);
        let answers: serde_json::Map<String, Json> = asked
            .map(|question| {
                let (id, first) = (question["id"].as_str().unwrap(), question["choices"][0][0].as_str().unwrap());
                let quiet = if first == "yes" { "no" } else { first };
                (id.to_owned(), json!(if yes.contains(&id) { "yes" } else { quiet }))
            })
            .collect();
        let path = format!("{case}/screenings/{}", form["id"].as_str().unwrap());
        self.api(&self.worker, "POST", &path, None, json!({ "answers": answers })).await
    }
}

fn state(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()["state"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_case_goes_from_opening_to_closure() {
    let house = house();
    let (worker, supervisor) = (house.worker.clone(), house.supervisor.clone());
    assert_eq!(house.get(&worker, &format!("/cases/new?person={}", house.person)).await.status, StatusCode::OK);
    let case = house.opened().await;
    let again = format!("person_id={}&risk=medium", house.person);
    assert_eq!(house.form(&worker, "/cases", &again).await.status, StatusCode::CONFLICT);
    let wrong = house.form(&worker, "/cases", &format!("person_id={}&risk=", house.person)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(house.step(&worker, &case, "assessed", json!({})).await.status, StatusCode::CONFLICT);

    // Screening: one heavy sign proposes high; the worker differs and must say why.
    let page = house.get(&worker, &case).await.text;
    for told in ["Specific needs", "Human security assessment", "Not asked yet"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let nothing = house.api(&worker, "POST", &format!("{case}/screenings/{SPECIFIC_NEEDS}"), None, json!({})).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let screened = house.answer(&case, SPECIFIC_NEEDS, &["threats_now"]).await;
    assert_eq!(screened.status, StatusCode::CREATED, "{}", screened.text);
    let result = format!("{case}/results/{}", screened.json()["id"].as_str().unwrap());
    assert_eq!(house.get(&worker, &result).await.status, StatusCode::OK);
    let version = house.version(&worker, &case).await.trim_matches('"').to_owned();
    let differ = format!("{result}?version={version}");
    assert_eq!(house.form(&worker, &differ, "risk=low&reason=").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(house.form(&worker, &differ, "risk=low&reason=Safe+now").await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.form(&worker, &differ, "risk=low&reason=Safe").await.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(house.answer(&case, SEVEN_DIMENSIONS, &[]).await.status, StatusCode::CREATED);
    assert_eq!(state(&house.step(&worker, &case, "assessed", json!({})).await), "assessed");
    let needs = {
        let person = house.person;
        let organisation = house.organisation;
        let read = move |tx: &mut crate::db::Tx<'_>| -> Result<Option<String>, Error> {
            Ok(tx.one(
                "SELECT needs FROM person WHERE organisation_id = $1 AND id = $2",
                params![organisation, person],
                |row| row.next(),
            )?)
        };
        house.db.read(read).await.unwrap().unwrap()
    };
    assert!(!needs.is_empty());

    // Plan: one front empty asks why; the supervisor approves, not the asker.
    let goal = "front=protect&dimension=personal&text=She+is+safe&actions[0][text]=Move&actions[0][who]=user\
                &actions[0][due_on]=2026-12-01&actions[1][text]=";
    let saved = house.form(&worker, &format!("{case}/goals"), goal).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let ask = format!("{case}/approvals");
    assert_eq!(house.form(&worker, &ask, "kind=plan").await.status, StatusCode::CONFLICT);
    let asked = house.form(&worker, &ask, "kind=plan&one_front_reason=Rest+first").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    let detail = house.get(&worker, &format!("/api/v1{case}")).await.json();
    let approval = format!("{case}/approvals/{}", detail["approvals"][0]["id"].as_str().unwrap());
    assert_eq!(house.form(&worker, &approval, "approve=true").await.status, StatusCode::FORBIDDEN);
    assert!(house.get(&supervisor, "/").await.text.contains("Amina"));
    assert_eq!(house.form(&supervisor, &approval, "approve=true").await.status, StatusCode::SEE_OTHER);
    let detail = house.get(&worker, &format!("/api/v1{case}")).await.json();
    assert_eq!(detail["case"]["state"], "planned");

    // The first action done begins the service.
    let action = format!("{case}/actions/{}", detail["actions"][0]["id"].as_str().unwrap());
    for page in [&action, &format!("{case}/goals/{}", detail["goals"][0]["id"].as_str().unwrap())] {
        assert_eq!(house.get(&worker, page).await.status, StatusCode::OK);
    }
    let done = house.form(&worker, &format!("{action}?version=1"), "text=Move&due_on=2026-12-01&state=done").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let detail = house.get(&worker, &format!("/api/v1{case}")).await.json();
    assert_eq!(detail["case"]["state"], "in_service");
    assert_eq!(detail["goals"][0]["state"], "begun");

    // Closing: approved, with a reason.
    let closure = json!({ "kind": "closure", "why": "Goals reached" });
    assert_eq!(house.api(&worker, "POST", &ask, None, closure).await.status, StatusCode::CREATED);
    assert_eq!(house.get(&worker, &format!("{case}/close")).await.status, StatusCode::OK);
    let detail = house.get(&worker, &format!("/api/v1{case}")).await.json();
    let waiting = format!("{case}/approvals/{}", detail["approvals"][0]["id"].as_str().unwrap());
    assert_eq!(house.form(&supervisor, &waiting, "approve=true").await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.get(&worker, &format!("{case}/close")).await.status, StatusCode::OK);
    let version = house.version(&worker, &case).await.trim_matches('"').to_owned();
    let close = format!("{case}/close?version={version}");
    assert_eq!(house.form(&worker, &close, "reason=").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let closed = house.form(&worker, &close, "reason=goals_met&satisfaction=satisfied").await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
    let note = house.form(&worker, &format!("{case}/notes"), "kind=general&text=Late").await;
    assert_eq!(note.status, StatusCode::CONFLICT);
    assert_eq!(state(&house.step(&worker, &case, "reopened", json!({ "why": "Came back" })).await), "reopened");
    for page in ["", "/history", "/plan", "/assign"] {
        let answer = house.get(&worker, &format!("{case}{page}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        assert!(!lacks_words(&answer.text), "{page} has words missing");
    }
    let progress = house.get(&worker, &format!("/people/{}/progress", house.person)).await;
    assert_eq!(progress.status, StatusCode::OK);
}

#[tokio::test]
async fn notes_flags_files_and_meetings_gather_in_a_case() {
    let house = house();
    let worker = house.worker.clone();
    let case = house.opened().await;
    let noted = house.form(&worker, &format!("{case}/notes"), "kind=medical&sensitivity=medical&text=Asthma").await;
    assert_eq!(noted.status, StatusCode::SEE_OTHER, "{}", noted.text);
    let empty = house.form(&worker, &format!("{case}/notes"), "kind=general&text=").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let raised = house.form(&worker, &format!("{case}/flags"), "kind=urgent&text=Seen+near+school").await;
    assert_eq!(raised.status, StatusCode::SEE_OTHER, "{}", raised.text);
    let planned = house.form(&worker, &format!("{case}/follow-ups"), "kind=phone&due_on=2020-01-01").await;
    assert_eq!(planned.status, StatusCode::SEE_OTHER, "{}", planned.text);
    let upload = Request::post(format!("/api/v1{case}/attachments?name=letter.pdf&sensitivity=case"))
        .header(CONTENT_TYPE, "application/octet-stream");
    assert_eq!(house.send(&worker, upload, "%PDF-1.7 letter".to_owned()).await.status, StatusCode::CREATED);
    let form = Request::post(format!("{case}/attachments")).header(CONTENT_TYPE, "multipart/form-data; boundary=x");
    let body = "--x\r\nContent-Disposition: form-data; name=\"sensitivity\"\r\n\r\ncase\r\n--x\r\n\
                Content-Disposition: form-data; name=\"file\"; filename=\"a.exe\"\r\n\r\nMZ\u{0}\r\n--x--\r\n";
    let refused = house.send(&worker, form, body.to_owned()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);

    let today = house.get(&worker, "/api/v1/today").await.json();
    assert_eq!(today["overdue"].as_array().unwrap().len(), 1, "{today}");
    let detail = house.get(&worker, &format!("/api/v1{case}")).await.json();
    let flag = format!("{case}/flags/{}/resolve", detail["flags"][0]["id"].as_str().unwrap());
    assert_eq!(house.form(&worker, &flag, "resolution=Moved").await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.form(&worker, &flag, "resolution=Again").await.status, StatusCode::CONFLICT);
    let meeting = format!("{case}/follow-ups/{}", detail["follow_ups"][0]["id"].as_str().unwrap());
    assert_eq!(house.get(&worker, &meeting).await.status, StatusCode::OK);
    let kept = house.form(&worker, &format!("{meeting}?version=1"), "person_seen=true&text=Well").await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
    let file = format!("{case}/attachments/{}", detail["attachments"][0]["id"].as_str().unwrap());
    assert_eq!(house.get(&worker, &file).await.text, "%PDF-1.7 letter");
    let detail = house.get(&worker, &format!("/api/v1{case}")).await.json();
    assert_eq!(detail["case"]["due_kind"], "assessment");
    let page = house.get(&worker, &case).await;
    assert!(page.text.contains("letter.pdf") && page.text.contains("Asthma"));
}

#[tokio::test]
async fn nobody_sees_more_than_their_role_allows() {
    let house = house();
    let case = house.opened().await;
    house.form(&house.worker, &format!("{case}/notes"), "kind=general&text=Amina+said").await;
    for page in ["/", "/cases", "/cases?sort=due&overdue=true", "/team", &case, &format!("{case}/plan")] {
        let answer = house.get(&house.manager, page).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        assert!(!answer.text.contains("Amina"), "{page} names the person");
        assert!(!lacks_words(&answer.text), "{page} has words missing");
    }
    for list in ["/api/v1/cases?sort=vulnerability&limit=1", "/api/v1/today", "/api/v1/team"] {
        let answer = house.get(&house.manager, list).await;
        assert_eq!(answer.status, StatusCode::OK, "{list}");
        assert!(!answer.text.contains("Amina"), "{list} names the person");
    }
    assert_eq!(house.get(&house.manager, &format!("{case}/history")).await.status, StatusCode::NOT_FOUND);
    let note = house.form(&house.manager, &format!("{case}/notes"), "kind=general&text=x").await;
    assert_eq!(note.status, StatusCode::FORBIDDEN);
    assert_eq!(house.get(&house.auditor, "/").await.status, StatusCode::OK);
    assert_eq!(house.get(&house.auditor, &case).await.status, StatusCode::FORBIDDEN);
    assert_eq!(house.get(&house.worker, "/team").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_case_handed_over_is_new_to_its_owner_until_opened() {
    let house = house();
    let case = house.opened().await;
    let names = house.get(&house.supervisor, &format!("/api/v1{case}")).await.json();
    let supervisor = names["case"]["supervisor_id"].as_str().unwrap().to_owned();
    let version = house.version(&house.supervisor, &case).await;
    let input = json!({ "owner_id": supervisor, "why": "Lucía is away" });
    let given = house.api(&house.worker, "PUT", &format!("{case}/assignment"), Some(&version), input).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
    let new = |today: Json| today["newly_assigned"].as_array().map(Vec::len);
    assert_eq!(new(house.get(&house.supervisor, "/api/v1/today").await.json()), Some(1));
    assert_eq!(house.get(&house.supervisor, &case).await.status, StatusCode::OK);
    assert_eq!(new(house.get(&house.supervisor, "/api/v1/today").await.json()), Some(0));
    assert_eq!(house.get(&house.worker, &case).await.status, StatusCode::NOT_FOUND);
}

/// Whether a page has a key without words in it, which shows as an ellipsis.
fn lacks_words(page: &str) -> bool {
    page.replace("Sending…", "").replace("Being prepared…", "").contains('…')
}

/// A screening as it was kept before screenings were submissions.
fn keep_from_before(house: &House, case: &str, form: &str, answers: Json, result: Json) {
    let (organisation, person) = (house.organisation, house.person);
    let case: CaseId = case.rsplit('/').next().unwrap().parse().unwrap();
    let (form, answers, result) = (form.to_owned(), answers.to_string(), result.to_string());
    let keep = move |tx: &mut crate::db::Tx<'_>| -> Result<u64, Error> {
        Ok(tx.execute(
            &Pen::unrecorded(Bookkeeping::Copy),
            "INSERT INTO screening (organisation_id, id, case_id, person_id, form, form_version, answers, result, \
             sensitivity, done_on, done_by, created_at) \
             VALUES ($1, $2, $3, $4, $5, 2, $6, $7, 'case', '2026-11-20', $8, $9)",
            params![
                organisation,
                ScreeningId::new(),
                case,
                person,
                form,
                answers,
                result,
                UserId::new(),
                Moment::now()
            ],
        )?)
    };
    house.db.write_blocking(keep).unwrap();
}

#[tokio::test]
async fn screenings_from_before_stay_and_count() {
    let house = house();
    let case = house.opened().await;
    let sign = |question: &str, answer: &str, weight: i64, need: Option<&str>| json!({ "question": question, "answer": answer, "weight": weight, "need": need });
    let found =
        json!({ "signs": [sign("threats_now", "yes", 3, Some("legal_physical_protection"))], "proposed": "high" });
    let answers = json!({ "threats_now": "yes", "no_documents": "unknown", "asked_no_more": "yes" });
    keep_from_before(&house, &case, SPECIFIC_NEEDS, answers, found);
    let found = json!({ "signs": [sign("food_meals", "2", 2, None)], "proposed": "medium" });
    keep_from_before(&house, &case, SEVEN_DIMENSIONS, json!({ "food_meals": "2", "food_strengths": "Cooks" }), found);

    // They are read in the words of the form of the same questions, by whom they concern.
    let listed = house.get(&house.worker, &format!("/api/v1{case}/screenings")).await.json();
    let id = |form: &str| {
        let found = listed.as_array().unwrap().iter().find(|it| it["form"] == form).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let page = house.get(&house.worker, &format!("{case}/results/{}", id(SPECIFIC_NEEDS))).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for told in ["Is someone threatening", "Yes", "weight 3", "20 November 2026"] {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    let dimensions = format!("{case}/results/{}", id(SEVEN_DIMENSIONS));
    let (worker, manager) = (house.get(&house.worker, &dimensions).await, house.get(&house.manager, &dimensions).await);
    assert!(worker.text.contains("Cooks") && worker.text.contains("Serious threat"), "{}", worker.text);
    assert!(manager.text.contains("Serious threat") && !manager.text.contains("Cooks"), "{}", manager.text);

    // They count for the next step, and for what all screenings say together; newer answers take their place.
    assert_eq!(state(&house.step(&house.worker, &case, "assessed", json!({})).await), "assessed");
    let proposed =
        async || house.get(&house.worker, &format!("/api/v1{case}")).await.json()["case"]["risk_proposed"].clone();
    assert_eq!(house.answer(&case, SEVEN_DIMENSIONS, &[]).await.status, StatusCode::CREATED);
    assert_eq!(proposed().await, "high", "what was found before still counts");
    assert_eq!(house.answer(&case, SPECIFIC_NEEDS, &[]).await.status, StatusCode::CREATED);
    assert_eq!(proposed().await, "low");
    assert_eq!(
        house.get(&house.worker, &format!("/api/v1{case}/screenings")).await.json().as_array().unwrap().len(),
        4
    );
}
