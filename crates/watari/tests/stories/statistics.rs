//! Figures about the people who agreed to be counted, counted by hand.

use serde_json::{Value as Json, json};

use crate::forms::with_case;
use crate::story;
use crate::support::{Answer, Browser, Server};

fn decide(worker: &Browser, person: &str, decision: &str) {
    let decided = json!({ "purpose": "statistics", "decision": decision, "wording": "as read to her" });
    let kept = worker.api("POST", &format!("/people/{person}/consents"), &[], &decided);
    assert_eq!(kept.status, 201, "{}", kept.body);
}

fn ask(browser: &Browser, path: &str) -> Json {
    let answer = browser.api("GET", &format!("/statistics/{path}"), &[], &Json::Null);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()
}

fn number(figures: &Json, pointer: &str) -> i64 {
    figures.pointer(pointer).and_then(Json::as_i64).unwrap_or_else(|| panic!("{pointer} of {figures}"))
}

/// The numerator and the denominator of a cell; nought where there is no such cell.
fn cell(figures: &Json, values: &[&str]) -> (i64, i64) {
    let cells = figures["cells"].as_array().unwrap().iter();
    let found = cells.into_iter().find(|cell| cell["values"] == json!(values));
    found.map_or((0, 0), |cell| (number(cell, "/numerator"), cell["denominator"].as_i64().unwrap_or(0)))
}

/// An action by a legal aid provider under a new goal, due today; done where said so.
fn provider_action(worker: &Browser, case: &str, front: &str, done: bool) {
    let goal = json!({ "front": front, "dimension": "political", "text": "Papers" });
    let goal = made(&worker.api("POST", &format!("/cases/{case}/goals"), &[], &goal));
    let step = json!({ "text": "See the lawyer", "who": "provider", "provider_kind": "legal", "due_on": today() });
    let path = format!("/cases/{case}/goals/{goal}/actions");
    let action = made(&worker.api("POST", &path, &[], &step));
    if done {
        let mut change = step.clone();
        change["state"] = json!("done");
        let path = format!("/cases/{case}/actions/{action}");
        let changed = worker.api("PUT", &path, &[("if-match", "\"1\"")], &change);
        assert!(changed.status < 300, "{}", changed.body);
    }
}

/// The day where the demo's first organisation works.
fn today() -> String {
    app::dates::Day::today("America/Mexico_City").to_string()
}

fn made(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

story!(whoever_agreed_is_counted_until_they_withdraw, |server: &Server| {
    let (amal, daniela) = (server.log_in("amal"), server.log_in("daniela"));
    let women = || {
        let figures = ask(&daniela, "people_reached?by=sex");
        (number(&figures, "/total/numerator"), cell(&figures, &["female"]).0, number(&figures, "/left_out"))
    };
    let (all, female, left_out) = women();
    assert!(all > 5 && left_out > 0, "the demo has both: {all}, {left_out}");
    let (person, _) = with_case(&amal, "Contada");
    assert_eq!(women(), (all, female, left_out + 1), "not asked yet: left out, and only as a number");
    decide(&amal, &person, "given");
    assert_eq!(women(), (all + 1, female + 1, left_out));
    decide(&amal, &person, "withdrawn");
    assert_eq!(women(), (all, female, left_out + 1), "gone with the commit");
    let lapsed = json!({ "purpose": "statistics", "decision": "given", "wording": "as read to her",
        "valid_until": "2020-01-01", "decided_on": "2019-06-01" });
    let kept = amal.api("POST", &format!("/people/{person}/consents"), &[], &lapsed);
    assert!(kept.status == 201 || kept.status == 422, "{}", kept.body);
    assert_eq!(women(), (all, female, left_out + 1), "a consent that is over counts nobody");
});

story!(figures_are_what_was_done_counted_by_hand, |server: &Server| {
    let (amal, lucia) = (server.log_in("amal"), server.log_in("lucia"));
    let of = |path: &str| ask(&lucia, path);
    let legal = "provider_actions?by=provider";
    let fronts = "people_reached?by=front,security&sex=female";
    let (before, reached) = (cell(&of(legal), &["legal"]), of(fronts));
    let goals = |figures: &Json| ["protect", "empower"].map(|front| cell(figures, &[front, "political"]).0);
    let before_goals = goals(&reached);
    let new = number(&of("new_people"), "/total/numerator");

    for given in ["Primera", "Segunda", "Tercera"] {
        let (person, case) = with_case(&amal, given);
        decide(&amal, &person, "given");
        provider_action(&amal, &case, "protect", true);
        if given == "Primera" {
            provider_action(&amal, &case, "empower", true);
            provider_action(&amal, &case, "protect", false);
        }
    }
    let (_, silent) = with_case(&amal, "Callada");
    provider_action(&amal, &silent, "protect", true);

    // Five actions of those who agreed were due, four are done; three people on one front, one of them on both.
    let after = cell(&of(legal), &["legal"]);
    assert_eq!((after.0 - before.0, after.1 - before.1), (4, 5));
    let [protected, empowered] = goals(&of(fronts));
    assert_eq!((protected - before_goals[0], empowered - before_goals[1]), (3, 1));
    assert_eq!(number(&of("new_people"), "/total/numerator"), new + 3);
    // Nothing of it a year ago, and all of it in this month too.
    let month = &today()[..7];
    let this_month = of(&format!("new_people?period={month}"));
    assert!(number(&this_month, "/total/numerator") >= 3);
    let steps = this_month["over_time"].as_array().unwrap();
    assert_eq!((steps.len(), &steps[11]["total"]), (12, &this_month["total"]));
    // Women by band, and together: a filter finds what its row tells.
    let ages = of("new_people?by=age&sex=female");
    let grown = of("new_people?age=18-59&sex=female");
    assert_eq!(cell(&ages, &["18-59"]).0, number(&grown, "/total/numerator"));
});

story!(figures_of_delicate_things_are_for_those_who_may_read_the_answers, |server: &Server| {
    let (lucia, pierre, daniela) = (server.log_in("lucia"), server.log_in("pierre"), server.log_in("daniela"));
    let trafficking = ask(&lucia, "trafficking?by=exploitation");
    assert!(number(&trafficking, "/total/numerator") > 0, "{trafficking}");
    assert!(!ask(&lucia, "people_reached?by=disability")["cells"].as_array().unwrap().is_empty());
    for (user, browser) in [("pierre", &pierre), ("daniela", &daniela)] {
        for path in ["trafficking", "people_reached?by=disability", "people_reached?disability=yes"] {
            let refused = browser.api("GET", &format!("/statistics/{path}"), &[], &Json::Null);
            assert_eq!(refused.status, 409, "{user} {path}: {}", refused.body);
        }
        let needs = ask(browser, "needs_found?by=need");
        let values = needs["cells"].to_string();
        assert!(values.contains("woman_at_risk") && !values.contains("torture"), "{user}: {values}");
        let page = browser.get("/statistics");
        assert_eq!(page.status, 200);
        assert!(!page.body.contains("id=\"trafficking\"") && page.body.contains("id=\"people_reached\""), "{user}");
    }
    assert!(lucia.get("/statistics").body.contains("id=\"trafficking\""));
});

story!(the_page_of_figures_is_read_filtered_and_taken_away, |server: &Server| {
    let (lucia, daniela) = (server.log_in("lucia"), server.log_in("daniela"));
    let (amal, audit) = (server.log_in("amal"), server.log_in("audit"));
    for browser in [&lucia, &daniela, &audit] {
        browser.post("/language", &[("language", "en")]);
    }
    let page = lucia.get("/statistics").body;
    for said in ["People reached", "not for publication", "Children under 18", "60 and over", "With a disability"] {
        assert!(page.contains(said), "{said}");
    }
    assert!(page.contains("href=\"/statistics/people_reached?period="), "{page}");
    // One indicator, told apart by two things, of women alone.
    let one = lucia.get("/statistics/needs_found?period=2026&by=need&and=age&sex=female").body;
    assert!(one.contains("Specific needs found") && one.contains("Sex: Female"), "{one}");
    assert!(one.contains("All people screened in the period"), "what it means stands beside it");
    // Days of one's own; what is not a period is told, and this year shown.
    let own = lucia.get("/statistics?period=days&from=2026-02-01&to=2026-02-10");
    assert!(own.status == 200 && own.body.contains("1 February 2026 to 10 February 2026"), "{}", own.body);
    let wrong = lucia.get("/statistics?period=days&from=2026-02-10&to=2026-02-01");
    assert!(wrong.status == 200 && wrong.body.contains("cannot be read"), "{}", wrong.body);
    assert_eq!(lucia.get("/statistics/happiness").status, 404);
    let odd = daniela.api("GET", "/statistics/goals_met?by=provider", &[], &Json::Null);
    assert_eq!(odd.status, 422, "{}", odd.body);

    // As a file, in words; it stands in the history.
    let file = daniela.get("/statistics/people_reached/export?format=csv&by=sex,age");
    assert_eq!(file.status, 200, "{}", file.body);
    assert!(file.body.trim_start_matches('\u{feff}').starts_with("Sex,Age,People reached"), "{}", file.body);
    assert!(file.body.contains("Total"), "{}", file.body);
    assert_eq!(daniela.get("/statistics/people_reached/export?format=xlsx").status, 200);
    let history = audit.api("GET", "/history", &[], &Json::Null).body;
    assert!(history.contains("\"statistics\""), "{history}");

    // Whoever is told a figure may look up what it means, and no more.
    let definitions = audit.get("/statistics/indicators").body;
    assert!(definitions.contains("16.2.2") && definitions.contains("10.7.1"), "{definitions}");
    assert_eq!((audit.get("/statistics").status, amal.get("/statistics").status), (403, 403));
    let all = audit.api("GET", "/statistics/indicators", &[], &Json::Null).json();
    assert_eq!(all.as_array().unwrap().len(), 12);
    assert!(all.as_array().unwrap().iter().all(|it| it["name"]["ar"].is_string() && it["numerator"]["ja"].is_string()));

    // Right to left.
    let salma = server.log_in("salma");
    let arabic = salma.get("/statistics").body;
    assert!(arabic.contains("dir=\"rtl\"") && arabic.contains("أرقام دقيقة"), "{arabic}");
});
