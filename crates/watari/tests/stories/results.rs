//! From answers to results: a rule in the sheet, tried out, published, and answered on a page, on a phone, and later
//! given to a case.

use serde_json::{Value as Json, json};

use crate::forms::{Phone, multipart, publish, published, read, upload, with_case};
use crate::story;
use crate::support::{Browser, Server};

/// Two questions, how delicate they are, and what their answers mean.
const SLEEP: &str = "\
| survey |
| | type | name | label | relevant | required | sensitivity |
| | begin_group | asked | Where someone sleeps | | | |
| | select_one_from_file cases.csv | case_id | Whose case? | | yes | |
| | calculate | youngest | | | | |
| | select_one yes_no | outdoors | Sleeps outdoors? | | yes | |
| | select_one yes_no | alone | A child alone there? | ${youngest} = '' or ${youngest} < 18 | yes | |
| | select_one yes_no | hurt | Was hurt there? | | yes | medical |
| | text | where | Where is that? | | | |
| | end_group | | | | | |
| choices |
| | list_name | name | label |
| | yes_no | yes | Yes |
| | yes_no | no | No |
| results |
| | question | when | need | weight | risk |
| | outdoors | . = 'yes' | legal_physical_protection | 1 | |
| | alone | . = 'yes' and ${outdoors} = 'yes' | child_at_risk | 1 | high |
| | hurt | . = 'yes' | serious_medical_condition | 2 | |
| settings |
| | form_title | form_id | version |
| | Where someone sleeps | NAME | 1 |
";

fn sheet(name: &str) -> String {
    let calculated = "| | calculate | youngest | | | | |\n";
    assert!(SLEEP.contains(calculated));
    let lookup = "pulldata('cases', 'youngest', 'name', ${case_id})";
    // A column of its own, so that the table above stays narrow.
    let mut lines: Vec<String> = Vec::new();
    let mut in_survey = false;
    for line in SLEEP.replace("NAME", name).lines() {
        in_survey = if line == "| survey |" { true } else { in_survey && line != "| choices |" };
        lines.push(match line {
            _ if !in_survey || line == "| survey |" => line.to_owned(),
            _ if line.contains("| type |") => format!("{line} calculation |"),
            _ if line.contains("| calculate |") => format!("{line} {lookup} |"),
            _ => format!("{line} |"),
        });
    }
    lines.join("\n") + "\n"
}

fn version_of(browser: &Browser, form: &str) -> String {
    read(browser, &format!("/forms/{form}"))["versions"][0]["id"].as_str().unwrap().to_owned()
}

fn field(name: &str) -> String {
    format!("/data/asked/{name}")
}

fn needs(browser: &Browser, person: &str) -> Vec<String> {
    let person = read(browser, &format!("/people/{person}"));
    person["needs"].as_array().unwrap().iter().map(|need| need.as_str().unwrap().to_owned()).collect()
}

story!(a_rule_is_written_in_the_sheet_and_tried_out, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    daniela.post("/language", &[("language", "en")]);
    amal.post("/language", &[("language", "en")]);

    // Every slip in the rule is told with its place.
    let slips = sheet("sleep_tried")
        .replace("| child_at_risk | 1 | high |", "| child_in_danger | 4 | highest |")
        .replace("| hurt | . = 'yes' | serious", "| hrt | . = 'yes' | serious")
        .replace("| yes | medical |", "| yes | secret |");
    let told = upload(&daniela, "sleep.md", &slips);
    assert_eq!(told.status, 422, "{}", told.body);
    let places: Vec<(String, String)> = told.json()["remarks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["sheet"].as_str().unwrap().to_owned(), it["column"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(places, [("results".to_owned(), "question".to_owned())], "what the sheet means comes first");
    let codes = slips.replace("| hrt |", "| hurt |");
    let told = upload(&daniela, "sleep.md", &codes).json()["remarks"].clone();
    let columns: Vec<&str> = told.as_array().unwrap().iter().map(|it| it["column"].as_str().unwrap()).collect();
    assert_eq!(columns, ["sensitivity", "need", "weight", "risk"], "{told}");
    assert!(told[1]["text"].as_str().unwrap().contains("child_at_risk"), "the codes there are: {told}");

    // Tried out, with invented people: the result that the rule gives is shown, and nothing kept.
    let form = upload(&daniela, "sleep.md", &sheet("sleep_tried")).json()["id"].as_str().unwrap().to_owned();
    let preview = format!("/forms/{form}/versions/{}/preview", version_of(&daniela, &form));
    let answers = [
        ("at".to_owned(), "0"),
        ("act".to_owned(), "send"),
        (field("case_id"), "girl"),
        (field("outdoors"), "yes"),
        (field("alone"), "yes"),
        (field("hurt"), "no"),
    ];
    let typed: Vec<(&str, &str)> = answers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let tried = daniela.post(&preview, &typed).body;
    let result = tried.split("id=\"result\"").nth(1).unwrap_or_else(|| panic!("{tried}"));
    for words in ["High", "A child alone there?", "Child at risk", "Legal and physical protection"] {
        assert!(result.contains(words), "{words}: {tried}");
    }
    // A grown woman is not asked whether she is a child.
    let typed: Vec<(&str, &str)> = typed.into_iter().map(|(n, v)| (n, if v == "girl" { "woman" } else { v })).collect();
    let tried = daniela.post(&preview, &typed).body;
    let result = tried.split("id=\"result\"").nth(1).unwrap_or_else(|| panic!("{tried}"));
    assert!(result.contains("Low") && !result.contains("A child alone there?"), "{tried}");
    let (_, case) = with_case(&amal, "Probada");
    assert!(!amal.get(&format!("/cases/{case}")).body.contains("Where someone sleeps"), "a draft is asked nobody");
    assert_eq!(publish(&daniela, &form).status, 200);
    let page = amal.get(&format!("/cases/{case}")).body;
    assert!(page.contains("Where someone sleeps") && page.contains("Not asked yet"), "{page}");
});

story!(what_is_answered_on_a_page_changes_case_and_person, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    amal.post("/language", &[("language", "en")]);
    let form = published(&daniela, "sleep.md", &sheet("sleep_page"));
    let (person, case) = with_case(&amal, "Dormida");
    let before = read(&amal, &format!("/cases/{case}"))["case"].clone();
    let draft = amal.post(&format!("/cases/{case}/drafts"), &[("form_id", &form)]).location;
    let page = amal.get(&draft).body;
    assert!(page.contains("Sleeps outdoors?") && !page.contains("A child alone there?"), "she is grown: {page}");
    let sent = amal.post(
        &draft,
        &[
            ("at", "0"),
            ("act", "send"),
            (&field("outdoors"), "yes"),
            (&field("hurt"), "yes"),
            (&field("where"), "Under the bridge"),
        ],
    );
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert!(sent.location.starts_with(&format!("/cases/{case}/results/")), "{}", sent.location);
    let result = amal.get(&sent.location).body;
    for words in ["Was hurt there?", "Sleeps outdoors?", "weight 2", "Serious medical condition", "Under the bridge"] {
        assert!(result.contains(words), "{words}: {result}");
    }
    assert!(result.find("Was hurt there?") < result.find("Sleeps outdoors?"), "the heaviest first");
    let after = read(&amal, &format!("/cases/{case}"))["case"].clone();
    assert_eq!((&before["risk_proposed"], &after["risk_proposed"]), (&Json::Null, &json!("medium")));
    assert!(after["vulnerability"].as_i64() > before["vulnerability"].as_i64(), "queues go by it");
    assert_eq!(needs(&amal, &person), ["serious_medical_condition", "legal_physical_protection"]);
    let history = amal.get(&format!("/cases/{case}/history")).body;
    assert!(history.contains("Where someone sleeps") && history.contains("Medium"), "{history}");

    // The same questions asked again: the latest answers count.
    let answers = json!({ "answers": { "outdoors": "no", "hurt": "no" } });
    let again = amal.api("POST", &format!("/cases/{case}/screenings/sleep_page"), &[], &answers);
    assert_eq!(again.status, 201, "{}", again.body);
    assert_eq!(needs(&lucia, &person), Vec::<String>::new());
    assert_eq!(read(&lucia, &format!("/cases/{case}"))["case"]["risk_proposed"], "low");
    let wrong = json!({ "answers": { "outdoors": "perhaps" }, "done_on": "2199-01-01" });
    let wrong = amal.api("POST", &format!("/cases/{case}/screenings/sleep_page"), &[], &wrong);
    let fields: Vec<Json> = wrong.json()["fields"].as_array().unwrap().iter().map(|it| it["field"].clone()).collect();
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    for field in ["done_on", "answers[outdoors]", "answers[hurt]"] {
        assert!(fields.contains(&json!(field)), "{field}: {fields:?}");
    }
    assert_eq!(read(&lucia, &format!("/cases/{case}/screenings")).as_array().unwrap().len(), 2);
});

story!(what_a_phone_sends_has_the_same_effect, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    published(&daniela, "sleep.md", &sheet("sleep_phone"));
    let (person, case) = with_case(&amal, "Caminante");
    let phone = Phone::of(server, &amal);
    let record = |instance: &str, named: &str| {
        format!(
            "<data id=\"sleep_phone\" version=\"1\"><asked><case_id>{named}</case_id><youngest/>\
             <outdoors>yes</outdoors><alone>no</alone><hurt>yes</hurt></asked>\
             <meta><instanceID>uuid:{instance}</instanceID></meta></data>"
        )
    };
    assert_eq!(phone.send(&record(&format!("a{case}"), &case), &[]).status, 201);
    assert_eq!(read(&amal, &format!("/cases/{case}"))["case"]["risk_proposed"], "medium");
    assert_eq!(needs(&amal, &person), ["serious_medical_condition", "legal_physical_protection"]);
    // Edited, it counts as it stands now.
    let before = format!("<meta><deprecatedID>uuid:a{case}</deprecatedID>");
    let mended = record(&format!("c{case}"), &case).replace("<hurt>yes", "<hurt>no").replace("<meta>", &before);
    assert_eq!(phone.send(&mended, &[]).status, 201);
    assert_eq!(needs(&amal, &person), ["legal_physical_protection"]);

    // What named no case has its effect once it is given to one: by whoever sent it, and by who files what came in.
    for by_number in [false, true] {
        let (person, case) = with_case(&amal, if by_number { "Numerada" } else { "Asignada" });
        let instance = format!("b{case}");
        assert_eq!(phone.send(&record(&instance, "nobody"), &[]).status, 201);
        let waiting = read(&amal, "/submissions/waiting");
        let found = waiting.as_array().unwrap().iter().find(|it| it["instance_id"] == format!("uuid:{instance}"));
        let id = found.unwrap()["id"].as_str().unwrap();
        assert_eq!(needs(&amal, &person), Vec::<String>::new());
        let number = read(&amal, &format!("/cases/{case}"))["case"]["number"].to_string();
        let (who, path, named) = match by_number {
            true => (&daniela, format!("/forms/inbox/{id}"), number),
            false => (&amal, format!("/submissions/{id}/case"), case.clone()),
        };
        let given = who.api("POST", &path, &[("if-match", "\"1\"")], &json!({ "case": named }));
        assert_eq!(given.status, 204, "{}", given.body);
        assert_eq!(needs(&amal, &person), ["serious_medical_condition", "legal_physical_protection"]);
        assert_eq!(read(&amal, &format!("/cases/{case}"))["case"]["risk_proposed"], "medium");
    }
});

story!(each_answer_is_read_by_whom_it_concerns, |server: &Server| {
    let (daniela, amal, pierre) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("pierre"));
    let nadia = server.newcomer("nadia", &json!({}));
    for browser in [&amal, &pierre, &nadia] {
        browser.post("/language", &[("language", "en")]);
    }
    published(&daniela, "sleep.md", &sheet("sleep_read"));
    let (_, case) = with_case(&amal, "Reservada");
    let answers = json!({ "answers": { "outdoors": "yes", "hurt": "yes", "where": "Behind the station" } });
    let made = amal.api("POST", &format!("/cases/{case}/screenings/sleep_read"), &[], &answers);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let ways = [
        format!("/submissions/{id}"),
        format!("/api/v1/submissions/{id}"),
        format!("/cases/{case}/results/{id}"),
        format!("/api/v1/cases/{case}/screening-results/{id}"),
        format!("/api/v1/cases/{case}"),
    ];
    for path in &ways {
        let told = nadia.get(path);
        assert_eq!(told.status, 200, "{path}: {}", told.body);
        let knows = ["hurt", "serious_medical"].iter().any(|words| told.body.contains(words));
        assert!(!knows, "{path}: {}", told.body);
        assert!(amal.get(path).body.contains("hurt"), "{path}");
    }
    assert!(nadia.get(&ways[0]).body.contains("Sleeps outdoors?"), "the rest is hers");
    let xml = format!("/submissions/{id}/xml");
    assert_eq!((nadia.get(&xml).status, amal.get(&xml).status), (404, 200), "the record holds all of it");
    assert!(!nadia.get(&ways[0]).body.contains(&xml));
    // Whoever answers for a programme reads what was chosen, not what was said in words, and no submission.
    let told = pierre.get(&ways[2]);
    assert!(told.body.contains("Sleeps outdoors?") && !told.body.contains("Behind the station"), "{}", told.body);
    assert_eq!(pierre.get(&ways[0]).status, 404);
    // A table of submissions has no column that its reader may not read.
    let lucia = server.log_in("lucia");
    let form = read(&lucia, &format!("/submissions/{id}"))["submission"]["form_id"].as_str().unwrap().to_owned();
    let table = lucia.get(&format!("/forms/{form}/export")).body;
    assert!(table.contains("hurt") && table.contains("Behind the station"), "{table}");
});

story!(indicators_of_trafficking_show_to_whom_they_may, |server: &Server| {
    let lucia = server.log_in("lucia");
    let nadia = server.newcomer("nadia", &json!({}));
    for browser in [&lucia, &nadia] {
        browser.post("/language", &[("language", "en")]);
    }
    let (_, case) = with_case(&lucia, "Callada");
    let title = "Indicators of trafficking";
    let case_page = format!("/cases/{case}");
    assert!(lucia.get(&case_page).body.contains(title) && !nadia.get(&case_page).body.contains(title));
    let forms = read(&lucia, "/questionnaires");
    let asked = forms.as_array().unwrap().iter().find(|it| it["id"] == "trafficking-indicators").unwrap();
    let answers: serde_json::Map<String, Json> = asked["questions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|question| question["id"].as_str().unwrap().to_owned())
        .map(|id| (id.clone(), json!(if ["papers_held", "debt_grows"].contains(&id.as_str()) { "yes" } else { "no" })))
        .collect();
    let path = format!("/cases/{case}/screenings/trafficking-indicators");
    assert_eq!(nadia.api("POST", &path, &[], &json!({ "answers": answers })).status, 404);
    let made = lucia.api("POST", &path, &[], &json!({ "answers": answers }));
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let result = lucia.get(&format!("/cases/{case}/results/{id}")).body;
    assert!(result.contains("High") && result.contains("a debt that keeps growing"), "{result}");
    for path in [format!("/cases/{case}/results/{id}"), format!("/submissions/{id}")] {
        assert_eq!((nadia.get(&path).status, lucia.get(&path).status), (404, 200), "{path}");
    }
    for path in [case_page.clone(), format!("{case_page}/history"), format!("/api/v1{case_page}")] {
        assert!(!nadia.get(&path).body.contains(title), "{path}");
    }
    assert!(lucia.get(&format!("{case_page}/history")).body.contains(title));
});

story!(what_a_house_adds_to_a_shipped_form_is_asked_from_then_on, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    amal.post("/language", &[("language", "en")]);
    let forms = read(&daniela, "/forms");
    let of = |name: &str| {
        let form = forms.as_array().unwrap().iter().find(|form| form["name"] == name);
        form.unwrap_or_else(|| panic!("{name}"))["id"].as_str().unwrap().to_owned()
    };
    for name in ["specific-needs", "seven-dimensions", "trafficking-indicators", "follow_up_visit"] {
        of(name);
    }
    let form = of("washington-group");
    let (_, case) = with_case(&amal, "Doble");
    let screen = |more: &[(&str, &str)]| {
        let ids = ["seeing", "hearing", "walking", "cognition", "self_care", "communication"];
        let mut answers: serde_json::Map<String, Json> =
            ids.iter().map(|id| ((*id).to_owned(), json!("no_difficulty"))).collect();
        answers.extend(more.iter().map(|(id, value)| ((*id).to_owned(), json!(value))));
        let path = format!("/cases/{case}/screenings/washington-group");
        amal.api("POST", &path, &[], &json!({ "answers": answers }))
    };
    let first = screen(&[("seeing", "a_lot")]).json()["id"].as_str().unwrap().to_owned();

    // The sheet comes back as it was shipped; a question and a line of the rule are added.
    let version = version_of(&daniela, &form);
    let shipped = daniela.get(&format!("/forms/{form}/versions/{version}/sheet")).body;
    let columns = shipped.lines().find(|line| line.contains("| type | name |")).unwrap().matches('|').count() - 1;
    let mut asked = vec!["", "select_one difficulty", "pain"];
    asked.extend(["How much does pain keep you from daily life?"; 5]);
    // The column after the labels says whether an answer is needed.
    asked.push("yes");
    asked.extend(vec![""; columns - asked.len()]);
    let question = format!("|{}|", asked.iter().map(|cell| format!(" {cell} ")).collect::<Vec<_>>().join("|"));
    let own = shipped
        .lines()
        .flat_map(|line| match line {
            _ if line.contains("| communication |") && line.contains("select_one") => {
                vec![line.to_owned(), question.clone()]
            }
            "| results |" => vec![line.to_owned()],
            _ if line.contains("| question | when |") => {
                vec![line.to_owned(), "|  | pain | . = 'cannot_do' | disability | 3 |".to_owned()]
            }
            _ => vec![line.replace("| 2026.11 |", "| 2026.11-bridge |")],
        })
        .collect::<Vec<_>>()
        .join("\n");
    assert_eq!(upload(&daniela, "washington-group.md", &own).status, 201);
    assert_eq!(screen(&[("pain", "cannot_do")]).status, 201, "until it is published the former is asked");
    assert_eq!(publish(&daniela, &form).status, 200);
    assert_eq!(screen(&[]).status, 422, "the new question waits for an answer");
    let made = screen(&[("pain", "cannot_do")]);
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let result = amal.get(&format!("/cases/{case}/results/{id}")).body;
    assert!(result.contains("How much does pain") && result.contains("High"), "{result}");
    // Older answers stand with their version.
    let all = read(&amal, &format!("/cases/{case}/screenings"));
    let old = all.as_array().unwrap().iter().find(|it| it["id"] == first.as_str()).unwrap();
    assert_eq!((&old["form_version"], &old["answers"]["seeing"]), (&json!("2026.11"), &json!("a_lot")));
    let page = multipart(&daniela, "/forms", &[("file", Some("washington-group.md"), shipped.as_bytes())]);
    assert_eq!(page.status, 422, "the version that was shipped is there already");
});

story!(any_answer_can_be_a_column, |server: &Server| {
    let (daniela, amal, pierre) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("pierre"));
    let nadia = server.newcomer("nadia", &json!({}));
    for browser in [&amal, &pierre, &nadia] {
        browser.post("/language", &[("language", "en")]);
    }
    published(&daniela, "sleep.md", &sheet("sleep_column"));
    let (_, case) = with_case(&amal, "Columna");
    let answer = |outdoors: &str| {
        let answers = json!({ "answers": { "outdoors": outdoors, "hurt": "yes", "where": "Behind the market" } });
        let made = amal.api("POST", &format!("/cases/{case}/screenings/sleep_column"), &[], &answers);
        assert_eq!(made.status, 201, "{}", made.body);
    };
    answer("no");
    answer("yes");
    let offered = read(&amal, "/cases/columns").to_string();
    assert!(offered.contains("sleep_column.where") && offered.contains("specific-needs.threats_now"), "{offered}");
    assert!(!read(&nadia, "/cases/columns").to_string().contains("sleep_column.hurt"));

    // Chosen on a page, they stand in the list's address.
    let chooser = amal.get("/cases/columns?state=open").body;
    assert!(chooser.contains("Sleeps outdoors?") && chooser.contains("Where someone sleeps"), "{chooser}");
    let keys = ["sleep_column.outdoors", "sleep_column.hurt", "sleep_column.where", "nothing.at_all"];
    let chosen: Vec<(&str, &str)> = keys.iter().map(|key| ("column", *key)).collect();
    let list = amal.post("/cases/columns?state=open", &chosen);
    assert_eq!(list.status, 303, "{}", list.body);
    assert!(list.location.starts_with("/cases?") && list.location.contains("state=open"), "{}", list.location);
    let page = amal.get(&list.location).body;
    for told in ["<th scope=\"col\"><bdi>Sleeps outdoors?</bdi></th>", "Behind the market"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    // The latest answer counts, in words; of other cases there is none.
    let listed = |browser: &Browser| {
        let found = read(browser, &format!("{}&limit=200", list.location));
        let items = found["items"].as_array().unwrap().clone();
        let it = items.into_iter().find(|it| it["id"] == case.as_str()).unwrap();
        (found["columns"].as_array().unwrap().len(), it["answers"].clone())
    };
    assert_eq!(listed(&amal), (3, json!(["Yes", "Yes", "Behind the market"])));
    assert_eq!(listed(&nadia), (2, json!(["Yes", "Behind the market"])), "whether she was hurt is not hers to know");
    assert_eq!(listed(&pierre).1[0], "Yes");
    assert!(!listed(&pierre).1.to_string().contains("market"), "words may say who it is");
    let file = pierre.get(&list.location.replace("/cases?", "/cases/export?format=csv&")).body;
    assert!(file.lines().next().unwrap().contains("Sleeps outdoors?"), "{file}");
    assert!(file.contains(",Yes") && !file.contains("market"), "{file}");
});
