//! Lists of entities: made on phones, chosen from on phones and pages, changed side by side and out of order, seen by the
//! right people only, and gone with whom they are about.

use serde_json::{Value as Json, json};

use crate::forms::{Phone, as_random, between, multipart, published, read, upload, with_case};
use crate::story;
use crate::support::{Browser, Server};

/// A home is registered for a case. Its id is the device's.
const HOME: &str = "\
| survey |
| | type | name | label | save_to |
| | text | case_id | Case | |
| | text | called | What is it called? | |
| | text | street | Street | street |
| | integer | rooms | Rooms | rooms |
| entities |
| | list_name | label |
| | homes | ${called} |
| settings |
| | form_title | form_id | version |
| | Home | home | 1 |
";

/// Whoever comes by again says how it is now.
const REPAIR: &str = "\
| survey |
| | type | name | label | save_to |
| | text | case_id | Case | |
| | select_one_from_file homes.csv | home | Which home? | |
| | integer | rooms | Rooms | rooms |
| | text | roof | Roof | roof |
| entities |
| | list_name | entity_id |
| | homes | ${home} |
| settings |
| | form_title | form_id | version |
| | Repair | repair | 1 |
";

/// A water point is nobody's: its form asks for no case.
const WATER: &str = "\
| survey |
| | type | name | label | save_to |
| | text | place | Where? | place |
| entities |
| | list_name | label |
| | water_points | ${place} |
| settings |
| | form_title | form_id | version |
| | Water point | water | 1 |
";

fn made(case: &str, id: &str, called: &str, rooms: &str) -> String {
    format!(
        "<data id=\"home\" version=\"1\"><case_id>{case}</case_id><called>{called}</called><street>Calle 5</street>\
         <rooms>{rooms}</rooms><meta><instanceID>uuid:made-{id}</instanceID><entity dataset=\"homes\" create=\"1\" \
         id=\"{id}\"><label>{called}</label></entity></meta></data>"
    )
}

/// A change: the versions it was made from, and its answers.
fn changed(case: &str, id: &str, instance: &str, versions: &str, answers: &str) -> String {
    format!(
        "<data id=\"repair\" version=\"1\"><case_id>{case}</case_id><home>{id}</home>{answers}<meta>\
         <instanceID>uuid:{instance}</instanceID><entity dataset=\"homes\" update=\"1\" id=\"{id}\" {versions}/></meta>\
         </data>"
    )
}

fn entity(browser: &Browser, id: &str) -> Json {
    read(browser, &format!("/entities/{id}"))
}

/// What was found in a submission, by the id that the device gave it.
fn found(browser: &Browser, case: &str, instance: &str) -> Json {
    let all = read(browser, &format!("/cases/{case}/submissions"));
    let it = all.as_array().unwrap().iter().find(|it| it["instance_id"] == instance).unwrap().clone();
    let detail = read(browser, &format!("/submissions/{}", it["id"].as_str().unwrap()));
    assert_eq!(it["found"], detail["findings"].as_array().unwrap().len());
    detail["findings"].clone()
}

/// A file of a form as a phone fetches it: what the manifest says of it, and its content.
pub fn fetched(phone: &Phone, form: &str, name: &str) -> (String, String) {
    let list = phone.get("formList").body;
    let ours = list.split("<xform>").find(|it| it.contains(&format!("<formID>{form}<"))).unwrap();
    let path = |url: &str| url[url.find("/key/").unwrap() + 5..].split_once('/').unwrap().1.to_owned();
    let manifest = phone.get(&path(between(ours, "manifestUrl"))).body;
    let file = manifest.split("<mediaFile").find(|file| file.contains(name)).unwrap().to_owned();
    let content = phone.get(&path(between(&file, "downloadUrl"))).body;
    (file, content)
}

story!(a_phone_makes_what_others_choose_from, |server: &Server| {
    let (daniela, amal, mateo) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("mateo"));
    for user in [&daniela, &amal] {
        user.post("/language", &[("language", "en")]);
    }
    published(&daniela, "home.md", HOME);
    // The list came with the form; a further form brings a property, and needs no file.
    published(&daniela, "repair.md", REPAIR);
    let lists = read(&daniela, "/forms/lists");
    let homes = lists.as_array().unwrap().iter().find(|list| list["name"] == "homes").unwrap().clone();
    assert_eq!(homes["properties"], json!(["street", "rooms", "roof"]));
    let (_, case) = with_case(&amal, "Hogar");
    let id = as_random(&case);
    let phone = Phone::of(server, &amal);
    assert_eq!(phone.send(&made(&case, &id, "Casa azul", "2"), &[]).status, 201);
    let kept = entity(&amal, &id);
    assert_eq!((&kept["entity"]["label"], &kept["entity"]["number"]), (&json!("Casa azul"), &json!(1)));
    assert_eq!(kept["entity"]["properties"], json!({ "street": "Calle 5", "rooms": "2" }));
    assert_eq!(found(&amal, &case, &format!("uuid:made-{id}")), json!([]));
    let submission = kept["versions"][0]["submission_id"].as_str().unwrap().to_owned();
    assert!(amal.get(&format!("/submissions/{submission}")).body.contains(&format!("/entities/{id}")));

    // It travels to phones and pages of those who see the case, and to nobody else's.
    let (told, file) = fetched(&phone, "repair", "homes.csv");
    assert!(told.starts_with(" type=\"entityList\">") && told.contains("/integrity</integrityUrl>"), "{told}");
    assert!(file.starts_with("name,label,__version,street,rooms,roof\r\n"), "{file}");
    assert!(file.contains(&format!("{id},Casa azul,1,Calle 5,2,\r\n")), "{file}");
    let others = Phone::of(server, &mateo);
    assert!(!fetched(&others, "repair", "homes.csv").1.contains(&id));
    assert_eq!(mateo.get(&format!("/entities/{id}")).status, 404);
    let list = homes["id"].as_str().unwrap();
    let managed = daniela.get(&format!("/forms/lists/{list}")).body;
    assert!(managed.contains("1 row") && !managed.contains("Casa azul"), "who manages forms counts it: {managed}");
    assert!(amal.get(&format!("/lists/{list}")).body.contains("Casa azul"));
    let begun = read(&amal, "/forms/open");
    let repair = begun.as_array().unwrap().iter().find(|form| form["name"] == "repair").unwrap()["id"].clone();
    let draft = amal.api("POST", &format!("/cases/{case}/drafts"), &[], &json!({ "form_id": repair })).json();
    let draft = format!("/drafts/{}", draft["id"].as_str().unwrap());
    let asked = read(&amal, &draft);
    assert!(asked["questions"].to_string().contains("Casa azul"), "{asked}");

    // Filled in on a page, it is the next version.
    let answers = json!({ "answers": { "/data/home": id, "/data/rooms": "3", "/data/roof": "tin" } });
    assert_eq!(amal.api("PUT", &draft, &[], &answers).status, 200);
    let sent = amal.api("POST", &format!("{draft}/send"), &[], &Json::Null);
    assert_eq!((sent.status, &sent.json()["findings"]), (200, &json!([])), "{}", sent.body);
    let kept = entity(&amal, &id);
    assert_eq!((&kept["entity"]["number"], &kept["entity"]["conflict"]), (&json!(2), &Json::Null));
    assert_eq!(kept["entity"]["properties"], json!({ "street": "Calle 5", "rooms": "3", "roof": "tin" }));

    // Deleted, phones forget it; what they hold of their own is not told.
    let asked = |phone: &Phone| phone.get(&format!("lists/homes/integrity?id={id},{}", as_random(list))).body;
    assert!(asked(&phone).contains(&format!("<entity id=\"{id}\"><deleted>false</deleted></entity></entities>")));
    assert!(asked(&others).contains("<deleted>true</deleted>"), "whoever sees it no more");
    let etag = amal.api("GET", &format!("/entities/{id}"), &[], &Json::Null).etag;
    assert_eq!(amal.api("DELETE", &format!("/entities/{id}"), &[("if-match", &etag)], &Json::Null).status, 204);
    assert!(asked(&phone).contains("<deleted>true</deleted>"));
    assert!(!fetched(&phone, "repair", "homes.csv").1.contains(&id));
    let late = changed(&case, &id, "late", "baseVersion=\"2\"", "<rooms>4</rooms>");
    assert_eq!(phone.send(&late, &[]).status, 201);
    assert_eq!(found(&amal, &case, "uuid:late")[0]["kind"], "entity_deleted");
    let page = amal.get(&format!("/entities/{id}")).body;
    assert!(page.contains("Deleted") && page.contains("Restore"), "{page}");
    let version = entity(&amal, &id)["entity"]["version"].to_string();
    assert_eq!(amal.post(&format!("/entities/{id}/restore?version={version}"), &[]).status, 303);
    assert!(fetched(&phone, "repair", "homes.csv").1.contains(&id));
});

story!(two_change_the_same_and_a_person_settles_it, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    lucia.post("/language", &[("language", "en")]);
    published(&daniela, "home.md", HOME);
    published(&daniela, "repair.md", REPAIR);
    let (_, case) = with_case(&amal, "Disputa");
    let id = as_random(&case);
    let (one, other) = (Phone::of(server, &amal), Phone::of(server, &lucia));
    assert_eq!(one.send(&made(&case, &id, "Casa", "2"), &[]).status, 201);
    let send = |phone: &Phone, instance: &str, answers: &str| {
        let xml = changed(&case, &id, instance, "baseVersion=\"1\"", answers);
        assert_eq!(phone.send(&xml, &[]).status, 201);
        entity(&amal, &id)["entity"].clone()
    };
    // Different things from the same version: both stand.
    assert_eq!(send(&one, "rooms", "<rooms>3</rooms>")["conflict"], Json::Null);
    let soft = send(&other, "roof", "<roof>tin</roof>");
    assert_eq!((&soft["conflict"], &soft["number"]), (&json!("soft"), &json!(3)));
    assert_eq!(soft["properties"], json!({ "street": "Calle 5", "rooms": "3", "roof": "tin" }));
    // The same thing otherwise: what came last stands.
    let hard = send(&other, "again", "<rooms>5</rooms><roof>tin</roof>");
    assert_eq!((&hard["conflict"], &hard["properties"]["rooms"]), (&json!("hard"), &json!("5")));
    let page = lucia.get(&format!("/entities/{id}")).body;
    for told in ["Contradicting changes", "made from version 1", "Made side by side", "It is right as it stands"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let stale = lucia.post(&format!("/entities/{id}?version=1"), &[("label", "Casa"), ("properties[rooms]", "4")]);
    assert_eq!(stale.status, 412, "{}", stale.body);
    let now = hard["version"].to_string();
    assert_eq!(lucia.post(&format!("/entities/{id}/resolve?version={now}"), &[]).status, 303);
    let settled = entity(&amal, &id);
    assert_eq!((&settled["entity"]["conflict"], &settled["entity"]["number"]), (&Json::Null, &json!(4)));
    assert_eq!(settled["versions"][0]["conflict"], "hard", "what happened stays told");
    // Or corrects it by hand.
    let now = settled["entity"]["version"].to_string();
    let empty = lucia.post(&format!("/entities/{id}?version={now}"), &[("label", " ")]);
    assert_eq!(empty.status, 422, "{}", empty.body);
    let by_hand = [("label", "Casa grande"), ("properties[rooms]", "4")];
    assert_eq!(lucia.post(&format!("/entities/{id}?version={now}"), &by_hand).status, 303);
    let kept = entity(&amal, &id);
    assert_eq!(
        (&kept["entity"]["label"], &kept["entity"]["properties"]["rooms"]),
        (&json!("Casa grande"), &json!("4"))
    );
    assert_eq!(kept["versions"][0]["submission_id"], Json::Null);
    assert!(amal.get(&format!("/cases/{case}/history")).status == 200);
});

story!(changes_made_offline_come_in_any_order, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    published(&daniela, "home.md", HOME);
    published(&daniela, "repair.md", REPAIR);
    let (_, case) = with_case(&amal, "Lejana");
    let (id, branch) = (as_random(&case), as_random(&case).replace('0', "e"));
    let phone = Phone::of(server, &amal);
    let along = |base: u32| format!("baseVersion=\"{base}\" trunkVersion=\"\" branchId=\"{branch}\"");
    // Made and changed three times without a network; the last comes first, and none is lost.
    for (base, rooms) in [(3, "5"), (2, "4")] {
        let xml = changed(&case, &id, &format!("b{base}"), &along(base), &format!("<rooms>{rooms}</rooms>"));
        assert_eq!(phone.send(&xml, &[]).status, 201);
        assert_eq!(found(&amal, &case, &format!("uuid:b{base}"))[0]["kind"], "entity_waits");
    }
    assert_eq!(amal.get(&format!("/entities/{id}")).status, 404);
    let lists = read(&amal, "/lists");
    let homes = lists.as_array().unwrap().iter().find(|list| list["name"] == "homes").unwrap();
    assert_eq!((&homes["held"], &homes["count"]), (&json!(2), &json!(0)));
    assert_eq!(phone.send(&made(&case, &id, "Choza", "2"), &[]).status, 201);
    assert_eq!(entity(&amal, &id)["entity"]["number"], 1, "the first change is still missing");
    let first = changed(&case, &id, "b1", &along(1), "<rooms>3</rooms>");
    assert_eq!(phone.send(&first, &[]).status, 201);
    let kept = entity(&amal, &id);
    assert_eq!((&kept["entity"]["number"], &kept["entity"]["properties"]["rooms"]), (&json!(4), &json!("5")));
    assert_eq!(kept["entity"]["conflict"], Json::Null);
    let order: Vec<&Json> = kept["versions"].as_array().unwrap().iter().map(|it| &it["properties"]["rooms"]).collect();
    assert_eq!(order, ["5", "4", "3", "2"]);
    for base in [1, 2, 3] {
        assert_eq!(found(&amal, &case, &format!("uuid:b{base}")), json!([]), "{base}");
    }
    // Sent again, as a phone does that got no answer, nothing happens twice.
    assert_eq!(phone.send(&first, &[]).status, 201);
    assert_eq!(entity(&amal, &id)["entity"]["number"], 4);

    // A run that began at a version of the server, into which somebody's change came.
    let (trunk, run) = ("trunkVersion=\"4\"", as_random(&case).replace('0', "f"));
    let step = |base: u32| format!("baseVersion=\"{base}\" {trunk} branchId=\"{run}\"");
    let near = changed(&case, &id, "near", "baseVersion=\"4\"", "<roof>tile</roof>");
    assert_eq!(phone.send(&near, &[]).status, 201);
    for base in [5, 4] {
        let xml = changed(&case, &id, &format!("c{base}"), &step(base), &format!("<rooms>{base}</rooms>"));
        assert_eq!(phone.send(&xml, &[]).status, 201);
    }
    let kept = entity(&amal, &id)["entity"].clone();
    assert_eq!((&kept["number"], &kept["conflict"]), (&json!(7), &json!("soft")));
    assert_eq!(kept["properties"], json!({ "street": "Calle 5", "rooms": "5", "roof": "tile" }));
});

story!(a_change_whose_predecessor_never_comes_is_applied_or_discarded, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    amal.post("/language", &[("language", "en")]);
    published(&daniela, "home.md", HOME);
    published(&daniela, "repair.md", REPAIR);
    let (_, case) = with_case(&amal, "Perdida");
    let (id, run) = (as_random(&case), as_random(&case).replace('0', "e"));
    let phone = Phone::of(server, &amal);
    assert_eq!(phone.send(&made(&case, &id, "Casa", "2"), &[]).status, 201);
    let along = |base: &str| format!("baseVersion=\"{base}\" trunkVersion=\"1\" branchId=\"{run}\"");
    for (base, instance, rooms) in [("2", "second", "3"), ("3", "third", "4"), ("7", "eighth", "9")] {
        assert_eq!(
            phone.send(&changed(&case, &id, instance, &along(base), &format!("<rooms>{rooms}</rooms>")), &[]).status,
            201
        );
    }
    let list = entity(&amal, &id)["entity"]["list_id"].as_str().unwrap().to_owned();
    let held = || read(&amal, &format!("/lists/{list}"))["held_changes"].as_array().unwrap().clone();
    assert_eq!((held().len(), entity(&amal, &id)["entity"]["number"].clone()), (3, json!(1)));
    let page = amal.get(&format!("/lists/{list}")).body;
    assert!(page.contains("Changes that wait") && page.contains("Apply now"), "{page}");
    assert_eq!(read(&lucia, &format!("/lists/{list}"))["held_changes"], json!([]), "each settles their own");
    let path = |at: usize| format!("/lists/{list}/held/{}", held()[at]["id"].as_str().unwrap());

    // With a reason; what followed it along the run follows now.
    assert_eq!(amal.post(&path(0), &[("act", "apply")]).status, 422);
    assert_eq!(lucia.post(&path(0), &[("act", "apply"), ("reason", "x")]).status, 404);
    assert_eq!(amal.post(&path(0), &[("act", "apply"), ("reason", "The phone before was lost")]).status, 303);
    let now = entity(&amal, &id);
    assert_eq!((&now["entity"]["number"], &now["entity"]["properties"]["rooms"]), (&json!(3), &json!("4")), "{now}");
    assert_eq!(held().len(), 1);
    let discarded = json!({ "act": "discard", "reason": "Counted twice" });
    assert_eq!(amal.api("POST", &path(0), &[], &discarded).status, 204);
    assert_eq!((held().len(), entity(&amal, &id)["entity"]["number"].clone()), (0, json!(3)));
    let told = found(&amal, &case, "uuid:eighth").to_string();
    assert!(told.contains("entity_discarded") && !told.contains("entity_waits"), "{told}");
    assert_eq!(found(&amal, &case, "uuid:second").to_string(), "[]");
    let history = read(&amal, &format!("/cases/{case}/history")).to_string();
    assert!(history.contains("Counted twice") && history.contains("The phone before was lost"), "{history}");
});

story!(what_cannot_be_made_is_kept_and_told, |server: &Server| {
    let (daniela, amal, mateo) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("mateo"));
    amal.post("/language", &[("language", "en")]);
    published(&daniela, "home.md", HOME);
    published(&daniela, "repair.md", REPAIR);
    let (_, case) = with_case(&amal, "Ajena");
    let id = as_random(&case);
    let phone = Phone::of(server, &amal);
    assert_eq!(phone.send(&made(&case, &id, "Casa", "2"), &[]).status, 201);
    let kind = |xml: String, instance: &str| {
        assert_eq!(phone.send(&xml, &[]).status, 201);
        found(&amal, &case, instance)[0]["kind"].clone()
    };
    let again = made(&case, &id, "Otra", "9").replace("uuid:made-", "uuid:twice-");
    assert_eq!(kind(again, &format!("uuid:twice-{id}")), "entity_exists");
    let nameless = made(&case, "7d3b1a52-0f6e-4c8e-9a41-3c5d2e9f8b10", "", "9").replace("<called></called>", "");
    assert_eq!(kind(nameless, "uuid:made-7d3b1a52-0f6e-4c8e-9a41-3c5d2e9f8b10"), "entity_label");
    let odd = made(&case, "Casa", "Casa", "9");
    assert_eq!(kind(odd, "uuid:made-Casa"), "entity");
    let submission = read(&amal, &format!("/cases/{case}/submissions"));
    let odd = submission.as_array().unwrap().iter().find(|it| it["instance_id"] == "uuid:made-Casa").unwrap();
    let page = amal.get(&format!("/submissions/{}", odd["id"].as_str().unwrap())).body;
    assert!(page.contains("an entity needs a random UUID") && page.contains("/data/meta/entity/@id"), "{page}");
    let nobody = changed(&case, "7d3b1a52-0f6e-4c8e-9a41-3c5d2e9f8b11", "no", "baseVersion=\"1\"", "<rooms>1</rooms>");
    assert_eq!(kind(nobody, "uuid:no"), "entity_missing");
    let ahead = changed(&case, &id, "ahead", "baseVersion=\"7\"", "<rooms>1</rooms>");
    assert_eq!(kind(ahead, "uuid:ahead"), "entity_version");
    // Whoever does not see it cannot change it, and does not learn that it is there.
    let (_, own) = with_case(&mateo, "Propia");
    let others = Phone::of(server, &mateo);
    let reach = changed(&own, &id, "reach", "baseVersion=\"1\"", "<rooms>1</rooms>");
    assert_eq!(others.send(&reach, &[]).status, 201);
    assert_eq!(found(&mateo, &own, "uuid:reach")[0]["kind"], "entity_missing");
    assert_eq!(entity(&amal, &id)["entity"]["number"], 1);
});

story!(what_names_no_case_is_its_senders_until_it_is_given_one, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    let mateo = server.log_in("mateo");
    published(&daniela, "home.md", HOME);
    published(&daniela, "water.md", WATER);
    let (_, case) = with_case(&amal, "Perdida");
    let id = as_random(&case);
    let phone = Phone::of(server, &mateo);
    assert_eq!(phone.send(&made("", &id, "Casa", "2"), &[]).status, 201);
    assert_eq!(entity(&mateo, &id)["entity"]["waits"], true);
    assert_eq!(amal.get(&format!("/entities/{id}")).status, 404);
    let waiting = read(&lucia, "/submissions/waiting")[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(lucia.post(&format!("/submissions/{waiting}/case?version=1"), &[("case", &case)]).status, 303);
    assert_eq!(entity(&amal, &id)["entity"]["case_id"], case.as_str());
    assert_eq!(mateo.get(&format!("/entities/{id}")).status, 404, "it is the case's now");

    // A form that asks for no case makes what is the house's.
    let well = as_random(&waiting);
    let water = format!(
        "<data id=\"water\" version=\"1\"><place>Pozo</place><meta><instanceID>uuid:well</instanceID>\
         <entity dataset=\"water_points\" create=\"1\" id=\"{well}\"><label>Pozo</label></entity></meta></data>"
    );
    assert_eq!(phone.send(&water, &[]).status, 201);
    assert_eq!(entity(&amal, &well)["entity"]["case_id"], Json::Null);
    let lists = read(&daniela, "/forms/lists");
    let list = lists.as_array().unwrap().iter().find(|list| list["name"] == "water_points").unwrap()["id"].clone();
    let list = list.as_str().unwrap();
    assert!(daniela.get(&format!("/forms/lists/{list}")).body.contains("Pozo"));
    // Unless the list is only for those who made its rows.
    let etag = daniela.api("GET", &format!("/forms/lists/{list}"), &[], &Json::Null).etag;
    let change = json!({ "reach": "maker", "properties": "depth\nplace" });
    let put = || daniela.api("PUT", &format!("/forms/lists/{list}"), &[("if-match", &etag)], &change);
    let done = put();
    assert_eq!((done.status, &done.json()["list"]["properties"]), (200, &json!(["place", "depth"])), "{}", done.body);
    assert_eq!(put().status, 412);
    assert_eq!(
        (amal.get(&format!("/entities/{well}")).status, mateo.get(&format!("/entities/{well}")).status),
        (404, 200)
    );
});

story!(a_list_is_kept_as_a_spreadsheet, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    daniela.post("/language", &[("language", "en")]);
    // By hand, with what is wrong told at the field.
    for (name, told) in [("two words", "A name begins with a letter"), ("people", "There is a list of this name")] {
        let page = daniela.post("/forms/lists", &[("name", name), ("properties", "help")]);
        assert!(page.status == 422 && page.body.contains(told), "{}", page.body);
    }
    let kept = daniela.post("/forms/lists", &[("name", "clinics"), ("properties", "help\r\nphone")]);
    assert_eq!(kept.status, 303, "{}", kept.body);
    let list = kept.location.strip_prefix("/forms/lists/").unwrap().to_owned();
    let rows = format!("/forms/lists/{list}/rows");
    let send = |file: &str| multipart(&daniela, &rows, &[("file", Some("clinics.csv"), file.as_bytes())]);
    let wrong = send("label,help,beds\nNorte,birth,3\n,teeth,4\n");
    assert_eq!(wrong.status, 422);
    for told in ["The file was not taken", "no such property", "beds", "The row needs a label", ">3<"] {
        assert!(wrong.body.contains(told), "{told}: {}", wrong.body);
    }
    assert_eq!(read(&daniela, &format!("/forms/lists/{list}"))["rows"], json!([]), "all rows or none");
    let done = send("label,help,phone\nNorte,birth,'+502 1\nSur,teeth,\n");
    assert!(done.status == 200 && done.body.contains("2 rows are new."), "{}", done.body);
    // It comes out as it went in, and back again.
    assert_eq!(amal.get(&format!("/lists/{list}/csv")).status, 403);
    let file = lucia.get(&format!("/lists/{list}/csv")).body;
    assert!(file.contains(",Norte,1,birth,'+502 1\r\n"), "{file}");
    let changed = file.replace("teeth", "teeth and eyes").replace("\u{feff}", "");
    let upload = |file: &str| daniela.request("POST", &format!("/api/v1{rows}"), &[], file.as_bytes());
    assert_eq!(upload(&changed).json(), json!({ "made": 0, "changed": 1, "same": 1 }));
    let late = upload(&changed.replace("eyes", "ears"));
    assert_eq!((late.status, &late.json()["remarks"][0]["column"]), (422, &json!("__version")), "{}", late.body);
    // A form offers what was uploaded, on a page and on a phone.
    let sheet = "| survey |\n| | type | name | label |\n| | select_one_from_file clinics.csv | clinic | Where to? |\n\
                 | settings |\n| | form_title | form_id | version |\n| | Referral | referral | 1 |\n";
    published(&daniela, "referral.md", sheet);
    let phone = Phone::of(server, &amal);
    assert!(fetched(&phone, "referral", "clinics.csv").1.contains(",Norte,1,birth,+502 1\r\n"));
    // A name that Watari's own lists have is refused with its place.
    let taken = upload_form(&daniela, &HOME.replace("| homes |", "| cases |").replace("| home | 1 |", "| home | 7 |"));
    assert_eq!(taken["remarks"][0]["column"], "list_name", "{taken}");
    let history = read(&server.log_in("audit"), "/history").to_string();
    assert!(history.contains("\"entity_list\"") && history.contains("exported"), "{history}");
});

fn upload_form(browser: &Browser, sheet: &str) -> Json {
    let answer = upload(browser, "home.md", sheet);
    assert_eq!(answer.status, 422, "{}", answer.body);
    answer.json()
}

story!(follow_ups_travel_to_the_phone, |server: &Server| {
    let (daniela, amal, mateo) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("mateo"));
    let sheet = "| survey |\n| | type | name | label |\n| | select_one_from_file follow_ups.csv | visit | Which visit? |\n\
                 | | text | remark | Remark |\n| settings |\n| | form_title | form_id | version |\n\
                 | | Visit | visit | 1 |\n";
    published(&daniela, "visit.md", sheet);
    let (_, case) = with_case(&amal, "Seguida");
    let planned = json!({ "kind": "home_visit", "due_on": "2027-01-15" });
    let made = amal.api("POST", &format!("/cases/{case}/follow-ups"), &[], &planned);
    assert_eq!(made.status, 201, "{}", made.body);
    let (told, file) = fetched(&Phone::of(server, &amal), "visit", "follow_ups.csv");
    assert!(!told.contains("entityList"), "nothing is saved to it: {told}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert!(file.starts_with("name,label,due,case,kind,form\r\n"), "{file}");
    let row = file.lines().find(|row| row.starts_with(&id)).unwrap();
    assert!(
        row.contains("Seguida Formulario (")
            && row.ends_with(&format!(",2027-01-15,{case},home_visit,follow_up_visit")),
        "{row}"
    );
    assert!(!fetched(&Phone::of(server, &mateo), "visit", "follow_ups.csv").1.contains(&id));
});

story!(erasing_a_person_takes_their_entities_along, |server: &Server| {
    let (daniela, amal, mateo) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("mateo"));
    published(&daniela, "home.md", HOME);
    published(&daniela, "repair.md", REPAIR);
    let (person, case) = with_case(&amal, "Borrada");
    let (id, other) = (as_random(&case), as_random(&person));
    let (phone, stranger) = (Phone::of(server, &amal), Phone::of(server, &mateo));
    assert_eq!(phone.send(&made(&case, &id, "Casa", "2"), &[]).status, 201);
    let held = changed(&case, &id, "held", &format!("baseVersion=\"5\" branchId=\"{other}\""), "<rooms>1</rooms>");
    assert_eq!(phone.send(&held, &[]).status, 201);
    // Another's phone named the same case without seeing it.
    assert_eq!(stranger.send(&made(&case, &other, "Otra casa", "1"), &[]).status, 201);
    assert_eq!(entity(&mateo, &other)["entity"]["waits"], true);
    let number = daniela.api("GET", &format!("/people/{person}"), &[], &Json::Null).json()["number"].to_string();
    let path = format!("/people/{person}/erase");
    let etag = daniela.api("GET", &path, &[], &Json::Null).etag;
    let erasure = json!({ "reason": "She asked for it", "on_request": true, "confirm": number });
    assert_eq!(daniela.api("POST", &path, &[("if-match", &etag)], &erasure).status, 204);
    for (browser, id) in [(&amal, &id), (&mateo, &other)] {
        assert_eq!(browser.get(&format!("/entities/{id}")).status, 404);
    }
    let lists = read(&daniela, "/forms/lists");
    let homes = lists.as_array().unwrap().iter().find(|list| list["name"] == "homes").unwrap();
    assert_eq!((&homes["count"], &homes["held"]), (&json!(0), &json!(0)));
    let verified = read(&server.log_in("audit"), "/history/verify");
    assert!(verified.to_string().contains("\"faults\":[]") || verified["fault"].is_null(), "{verified}");
});
