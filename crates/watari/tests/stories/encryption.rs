//! Records encrypted on the phone: with the house's key they are read as they come, with a form's own key only its holder
//! reads them.

#[path = "../../../xlsform/tests/device/mod.rs"]
mod device;

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use serde_json::{Value as Json, json};

use crate::forms::{Phone, between, png, publish, published, read, record, upload, visit, with_case};
use crate::story;
use crate::support::{Answer, Browser, Server};
use device::{Sealed, seal};

/// Turns encryption on or off over the API.
fn switch(manager: &Browser, form: &str, to: &str) -> Answer {
    let version = manager.api("GET", &format!("/forms/{form}"), &[], &Json::Null).etag;
    let path = format!("/forms/{form}/encryption");
    manager.api("PUT", &path, &[("if-match", &version)], &json!({ "encryption": to }))
}

/// A form as a phone fetches it: its version's name, and the key in it.
fn fetched(phone: &Phone, name: &str) -> (String, Option<String>) {
    let list = phone.get("formList").body;
    let ours = list.split("<xform>").find(|form| form.contains(&format!("<formID>{name}<"))).unwrap().to_owned();
    let address = between(&ours, "downloadUrl");
    let form = phone.get(&address[address.find("/forms/").unwrap() + 1..]).body;
    let version = between(&ours, "version").to_owned();
    assert!(form.contains(&format!("version=\"{version}\"")), "{form}");
    let key = form.split("base64RsaPublicKey=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    (version, key)
}

/// A visit sealed with a photo, as a phone with this version of the form does.
fn sealed_visit((version, key): &(String, Option<String>), case: &str, instance: &str) -> Sealed {
    let xml = record(case, "tile", "3", instance).replace("version=\"1\"", &format!("version=\"{version}\""));
    seal(key.as_ref().unwrap(), "home_visit", Some(version), instance, &[("roof.png", &png())], xml.as_bytes())
}

fn files(sealed: &Sealed) -> Vec<(&str, &[u8])> {
    sealed.files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect()
}

/// The submission of an instance in a list.
fn of_instance(list: &Json, instance: &str) -> Option<Json> {
    list.as_array().unwrap().iter().find(|it| it["instance_id"] == instance).cloned()
}

fn id(of: &Json) -> &str {
    of["id"].as_str().unwrap()
}

story!(a_phone_encrypts_and_the_house_reads, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    daniela.post("/language", &[("language", "en")]);
    let form = published(&daniela, "visit.md", &visit());
    let (_, case) = with_case(&amal, "Yohannes");
    let phone = Phone::of(server, &amal);
    assert_eq!(fetched(&phone, "home_visit"), ("1".to_owned(), None));

    // Turned on, the form is a new version with a key; the key's other half is nowhere to be seen.
    let shown = daniela.get(&format!("/forms/{form}")).body;
    assert!(shown.contains("Not encrypted") && shown.contains("Encrypt on the phone"), "{shown}");
    let action = shown.split("action=\"").find(|rest| rest.contains("/encryption?")).unwrap();
    let turned = daniela.post(action.split('"').next().unwrap(), &[("encryption", "house")]);
    assert_eq!(turned.status, 303, "{}", turned.body);
    let shown = daniela.get(&format!("/forms/{form}")).body;
    assert!(shown.contains("Encrypted, Watari reads it") && shown.contains("Stop encrypting"), "{shown}");
    let detail = read(&daniela, &format!("/forms/{form}"));
    assert_eq!(detail["versions"][0]["name"], "1[encrypted:2]");
    assert_eq!(
        (&detail["versions"][0]["encryption"], &detail["versions"][1]["state"]),
        (&json!("house"), &json!("retired"))
    );
    assert!(!detail.to_string().contains("sealed") && !detail.to_string().contains("PRIVATE"));
    let now = fetched(&phone, "home_visit");
    assert!(now.0 == "1[encrypted:2]" && now.1.is_some(), "{now:?}");
    let path = format!("/forms/{form}/encryption");
    let tried = amal.api("PUT", &path, &[("if-match", "\"2\"")], &json!({ "encryption": "none" }));
    assert_eq!(tried.status, 403);

    // What the phone sends is a submission like any other, with its photo.
    let sealed = sealed_visit(&now, &case, "uuid:yohannes");
    assert!(!sealed.manifest.contains(&case));
    let sent = phone.send(&sealed.manifest, &files(&sealed));
    assert_eq!(sent.status, 201, "{}", sent.body);
    assert_eq!(phone.send(&sealed.manifest, &files(&sealed)).status, 201, "sent again, as after a broken line");
    let kept = read(&lucia, &format!("/cases/{case}/submissions"));
    assert_eq!(kept.as_array().unwrap().len(), 1);
    assert_eq!((&kept[0]["encrypted"], &kept[0]["found"], &kept[0]["size"]), (&Json::Null, &json!(0), &Json::Null));
    assert_eq!(kept[0]["form_version"], "1[encrypted:2]");
    let detail = read(&amal, &format!("/submissions/{}", id(&kept[0])));
    assert!(detail["answers"].to_string().contains("Tile"), "{detail}");
    assert_eq!(detail["files"].as_array().unwrap().len(), 1, "{detail}");
    let photo = &detail["files"][0];
    assert_eq!((&photo["name"], &photo["media_type"]), (&json!("roof.png"), &json!("image/png")));
    assert_eq!(amal.get(&format!("/submissions/{}/files/{}", id(&kept[0]), id(photo))).bytes, png());
    assert!(amal.get(&format!("/submissions/{}/xml", id(&kept[0]))).body.contains("uuid:yohannes"));
    assert_eq!(read(&amal, "/submissions/waiting").as_array().unwrap().len(), 0);

    // The same id with other content is refused, and so is a record that is sent in the clear under it.
    let other = sealed_visit(&now, &case, "uuid:yohannes");
    assert_eq!(phone.send(&other.manifest, &files(&other)).status, 409);
    // What a page sends needs no key: it does not lie on a phone.
    let begun = amal.api("POST", &format!("/cases/{case}/drafts"), &[], &json!({ "form_id": form }));
    assert_eq!(begun.status, 201, "{}", begun.body);

    // A record without a case waits as any does, and what the form would not have allowed is marked.
    let xml = record("", "straw", "3", "uuid:nobody").replace("version=\"1\"", "version=\"1[encrypted:2]\"");
    let nobody = seal(now.1.as_ref().unwrap(), "home_visit", Some(&now.0), "uuid:nobody", &[], xml.as_bytes());
    assert_eq!(phone.send(&nobody.manifest, &files(&nobody)).status, 201);
    let waiting = of_instance(&read(&amal, "/submissions/waiting"), "uuid:nobody").unwrap();
    assert_eq!((&waiting["encrypted"], &waiting["found"]), (&Json::Null, &json!(1)));
    // The history tells of the switch, and no key.
    let history = daniela.get(&format!("/forms/{form}")).body;
    assert!(!history.contains("BEGIN"), "{history}");
});

story!(an_encrypted_record_comes_in_parts, |server: &Server| {
    let (daniela, amal, lucia, mateo) =
        (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"), server.log_in("mateo"));
    for browser in [&daniela, &amal] {
        browser.post("/language", &[("language", "en")]);
    }
    let form = published(&daniela, "visit.md", &visit());
    assert_eq!(switch(&daniela, &form, "house").status, 200);
    let (_, case) = with_case(&amal, "Selam");
    let phone = Phone::of(server, &amal);
    let sealed = sealed_visit(&fetched(&phone, "home_visit"), &case, "uuid:selam");

    // The photo first: kept, and said that it waits for the rest.
    assert_eq!(phone.send(&sealed.manifest, &files(&sealed)[..1]).status, 201);
    assert_eq!(read(&amal, &format!("/cases/{case}/submissions")), json!([]));
    let waiting = of_instance(&read(&amal, "/submissions/waiting"), "uuid:selam").unwrap();
    assert_eq!(waiting["encrypted"], "incomplete");
    let detail = read(&amal, &format!("/submissions/{}", id(&waiting)));
    assert_eq!((&detail["missing"], &detail["answers"]), (&json!(["submission.xml.enc"]), &json!([])));
    let page = amal.get(&format!("/submissions/{}", id(&waiting))).body;
    for told in ["Not all of its files have come yet", "roof.png.enc", "submission.xml.enc", "Missing"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(amal.get("/submissions/waiting").body.contains("Encrypted and not read"));
    assert!(daniela.get("/forms/inbox").body.contains("Not all of its files have come yet"));
    assert!(of_instance(&read(&lucia, "/submissions/waiting"), "uuid:selam").is_some(), "her supervisor sees it");
    assert_eq!(mateo.get(&format!("/submissions/{}", id(&waiting))).status, 404);

    // With the rest it is read and filed, once, and nothing encrypted is left of it.
    assert_eq!(phone.send(&sealed.manifest, &files(&sealed)[1..]).status, 201);
    assert_eq!(phone.send(&sealed.manifest, &files(&sealed)[..1]).status, 201, "sent again");
    let kept = read(&amal, &format!("/cases/{case}/submissions"));
    assert_eq!((kept.as_array().unwrap().len(), &kept[0]["encrypted"]), (1, &Json::Null));
    assert_eq!(id(&kept[0]), id(&waiting));
    let detail = read(&amal, &format!("/submissions/{}", id(&waiting)));
    assert_eq!((detail["files"].as_array().unwrap().len(), &detail["files"][0]["name"]), (1, &json!("roof.png")));
    assert!(of_instance(&read(&amal, "/submissions/waiting"), "uuid:selam").is_none());

    // The manifest alone, then both parts at the same time over two lines: whichever is kept last opens it.
    let version = fetched(&phone, "home_visit");
    for round in 0..5 {
        let instance = format!("uuid:both-{round}");
        let sealed = sealed_visit(&version, &case, &instance);
        assert_eq!(phone.send(&sealed.manifest, &[]).status, 201);
        std::thread::scope(|scope| {
            for part in files(&sealed) {
                let (phone, manifest) = (&phone, &sealed.manifest);
                scope.spawn(move || assert_eq!(phone.send(manifest, &[part]).status, 201));
            }
        });
        let kept = of_instance(&read(&amal, &format!("/cases/{case}/submissions")), &instance).unwrap();
        assert_eq!(kept["encrypted"], Json::Null);
    }

    // Given to a case before it was whole, it stays there, whatever it names.
    let (_, other) = with_case(&amal, "Biniam");
    let number = read(&amal, &format!("/cases/{other}"))["case"]["number"].to_string();
    let sealed = sealed_visit(&fetched(&phone, "home_visit"), "", "uuid:later");
    assert_eq!(phone.send(&sealed.manifest, &[]).status, 201);
    let waiting = of_instance(&read(&amal, "/submissions/waiting"), "uuid:later").unwrap();
    let path = format!("/submissions/{}/case", id(&waiting));
    let given = amal.api("POST", &path, &[("if-match", "\"1\"")], &json!({ "case": number }));
    assert_eq!(given.status, 204, "{}", given.body);
    assert!(amal.get(&format!("/cases/{other}")).body.contains("Encrypted"));
    assert_eq!(phone.send(&sealed.manifest, &files(&sealed)).status, 201);
    let kept = of_instance(&read(&amal, &format!("/cases/{other}/submissions")), "uuid:later").unwrap();
    assert_eq!((&kept["encrypted"], id(&kept)), (&Json::Null, id(&waiting)));
});

story!(an_encrypted_record_is_edited_on_the_phone, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    let form = published(&daniela, "visit.md", &visit());
    assert_eq!(switch(&daniela, &form, "house").status, 200);
    let (_, case) = with_case(&amal, "Makda");
    let phone = Phone::of(server, &amal);
    let now = fetched(&phone, "home_visit");
    let edit = |before: &str, instance: &str, roof: &str| {
        let xml = record(&case, roof, "3", instance).replace("version=\"1\"", &format!("version=\"{}\"", now.0));
        let meta = format!("<orx:meta><orx:deprecatedID>{before}</orx:deprecatedID>");
        let xml = xml.replace("<orx:meta>", &meta);
        assert!(xml.contains(before), "{xml}");
        seal(now.1.as_ref().unwrap(), "home_visit", Some(&now.0), instance, &[("roof.png", &png())], xml.as_bytes())
    };
    let submissions = || read(&amal, &format!("/cases/{case}/submissions"));
    let first = sealed_visit(&now, &case, "uuid:makda-1");
    assert_eq!(phone.send(&first.manifest, &files(&first)).status, 201);
    let kept = id(&submissions()[0]).to_owned();

    // Whole: the next version of the same submission.
    let second = edit("uuid:makda-1", "uuid:makda-2", "straw");
    let sent = phone.send(&second.manifest, &files(&second));
    assert_eq!(sent.status, 201, "{}", sent.body);
    let told = submissions();
    assert_eq!((told.as_array().unwrap().len(), id(&told[0])), (1, kept.as_str()));
    assert_eq!((&told[0]["number"], &told[0]["latest_id"]), (&json!(2), &json!("uuid:makda-2")));

    // In parts: it waits as what it is not read as yet, and then is a version too.
    let third = edit("uuid:makda-2", "uuid:makda-3", "tile");
    assert_eq!(phone.send(&third.manifest, &[]).status, 201);
    let waiting = of_instance(&read(&amal, "/submissions/waiting"), "uuid:makda-3").unwrap();
    assert_eq!((&waiting["encrypted"], &submissions()[0]["number"]), (&json!("incomplete"), &json!(2)));
    assert_eq!(phone.send(&third.manifest, &files(&third)).status, 201);
    assert_eq!(read(&amal, "/submissions/waiting"), json!([]));
    assert_eq!(amal.api("GET", &format!("/submissions/{}", id(&waiting)), &[], &Json::Null).status, 404);
    let detail = read(&amal, &format!("/submissions/{kept}"));
    assert_eq!(
        (&detail["submission"]["number"], detail["files"].as_array().unwrap().len()),
        (&json!(3), 1),
        "{detail}"
    );
    let before: Vec<&Json> = detail["versions"].as_array().unwrap().iter().map(|it| &it["instance_id"]).collect();
    assert_eq!(before, ["uuid:makda-2", "uuid:makda-1"]);

    // Any of them sent again, as after a broken line, changes nothing; an edit of what was edited since is refused.
    for sealed in [&first, &second, &third] {
        assert_eq!(phone.send(&sealed.manifest, &files(sealed)).status, 201);
    }
    let late = edit("uuid:makda-2", "uuid:makda-4", "tile");
    assert_eq!(phone.send(&late.manifest, &files(&late)).status, 409);
    assert_eq!(submissions()[0]["number"], 3);
});

story!(what_was_altered_on_the_way_is_kept_and_told, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    amal.post("/language", &[("language", "en")]);
    let form = published(&daniela, "visit.md", &visit());
    assert_eq!(switch(&daniela, &form, "house").status, 200);
    let (_, case) = with_case(&amal, "Rahel");
    let phone = Phone::of(server, &amal);
    let now = fetched(&phone, "home_visit");
    let why = |instance: &str| {
        let waiting = of_instance(&read(&amal, "/submissions/waiting"), instance).unwrap();
        let detail = read(&amal, &format!("/submissions/{}", id(&waiting)));
        assert!(
            detail["files"].as_array().unwrap().iter().all(|file| file["name"].as_str().unwrap().ends_with(".enc"))
        );
        waiting["encrypted"].as_str().unwrap().to_owned()
    };

    // A flipped bit in the photo, and one in the end of the record, which is where its padding is.
    let mut photo = sealed_visit(&now, &case, "uuid:photo");
    photo.files[0].1[20] ^= 1;
    assert_eq!(phone.send(&photo.manifest, &files(&photo)).status, 201);
    assert_eq!(why("uuid:photo"), "altered");
    let mut end = sealed_visit(&now, &case, "uuid:end");
    *end.files[1].1.last_mut().unwrap() ^= 64;
    assert_eq!(phone.send(&end.manifest, &files(&end)).status, 201);
    assert_eq!(why("uuid:end"), "damaged");
    let cut = sealed_visit(&now, &case, "uuid:cut");
    let half = cut.files[1].1.len() / 2 + 1;
    let cut_files = [files(&cut)[0], ("submission.xml.enc", &cut.files[1].1[..half])];
    assert_eq!(phone.send(&cut.manifest, &cut_files).status, 201);
    assert_eq!(why("uuid:cut"), "damaged");

    // A record of another form or another id than the manifest says, and what is no record.
    let inside = |xml: &str, instance: &str| {
        let sealed = seal(now.1.as_ref().unwrap(), "home_visit", Some(&now.0), instance, &[], xml.as_bytes());
        assert_eq!(phone.send(&sealed.manifest, &files(&sealed)).status, 201);
        why(instance)
    };
    assert_eq!(inside(&record(&case, "tile", "3", "uuid:else"), "uuid:id"), "altered");
    let other_form = record(&case, "tile", "3", "uuid:form").replace("home_visit", "follow_up_visit");
    assert_eq!(inside(&other_form, "uuid:form"), "altered");
    assert_eq!(inside("no record", "uuid:none"), "damaged");

    // A key that is not the form's: someone made it up, or it was meant for another house.
    let strange = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let strange = (now.0.clone(), Some(STANDARD.encode(strange.public_key_to_der().unwrap())));
    let sealed = sealed_visit(&strange, &case, "uuid:strange");
    assert_eq!(phone.send(&sealed.manifest, &files(&sealed)).status, 201);
    assert_eq!(why("uuid:strange"), "other_key");

    let page = amal.get("/submissions/waiting").body;
    for told in ["changed after it was signed", "cannot be decrypted", "a key that Watari does not have"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert_eq!(read(&amal, &format!("/cases/{case}/submissions")), json!([]), "nothing half");

    // A manifest that cannot be used is refused with what is wrong; the phone keeps it.
    let good = sealed_visit(&now, &case, "uuid:good");
    for (from, to, told) in [
        ("roof.png.enc", "../roof.png.enc", "has no folder"),
        ("roof.png.enc", "submission.xml.enc", "twice"),
        ("<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>", "", "no encryptedXmlFile"),
        ("uuid:good", "", "no instanceID"),
        ("roof.png.enc", "wall.png.enc", "names no file"),
    ] {
        let answer = phone.send(&good.manifest.replace(from, to), &files(&good));
        assert!(answer.status == 400 && answer.body.contains(told), "{told}: {} {}", answer.status, answer.body);
    }
    let large = vec![0; 5 * 1024 * 1024];
    assert_eq!(phone.send(&good.manifest, &[("submission.xml.enc", &large)]).status, 413);
    assert_eq!(phone.send(&good.manifest, &files(&good)).status, 201);
    assert_eq!(read(&amal, &format!("/cases/{case}/submissions")).as_array().unwrap().len(), 1);
});

story!(records_of_an_old_key_are_still_read, |server: &Server| {
    let (daniela, amal) = (server.log_in("daniela"), server.log_in("amal"));
    let form = published(&daniela, "visit.md", &visit());
    assert_eq!(switch(&daniela, &form, "house").status, 200);
    let (_, case) = with_case(&amal, "Tigist");
    let phone = Phone::of(server, &amal);
    let first = fetched(&phone, "home_visit");

    // Turned off, phones fetch it anew without a key; turned on again, with another.
    assert_eq!(switch(&daniela, &form, "none").status, 200);
    assert_eq!(fetched(&phone, "home_visit"), ("1[unencrypted:3]".to_owned(), None));
    assert_eq!(switch(&daniela, &form, "none").status, 200, "it is off already");
    assert_eq!(fetched(&phone, "home_visit").0, "1[unencrypted:3]");
    assert_eq!(switch(&daniela, &form, "house").status, 200);
    let second = fetched(&phone, "home_visit");
    assert!(second.0 == "1[encrypted:4]" && second.1.is_some() && second.1 != first.1);
    assert_eq!(switch(&daniela, &form, "own").status, 422);
    let stale = daniela.api(
        "PUT",
        &format!("/forms/{form}/encryption"),
        &[("if-match", "\"1\"")],
        &json!({ "encryption": "none" }),
    );
    assert_eq!(stale.status, 412);

    // A sheet of the same version is there already; the next one goes on with the key.
    assert_eq!(upload(&daniela, "visit.md", &visit()).status, 422);
    let next = visit().replace("| home_visit | 1 |", "| home_visit | 2 |");
    assert_eq!(upload(&daniela, "visit.md", &next).status, 201);
    // Tried out as a draft and switched meanwhile, it stays the last version.
    let draft = read(&daniela, &format!("/forms/{form}"))["versions"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(daniela.get(&format!("/forms/{form}/versions/{draft}/preview")).status, 200);
    assert_eq!(switch(&daniela, &form, "none").status, 200);
    assert_eq!(switch(&daniela, &form, "house").status, 200);
    assert_eq!(read(&daniela, &format!("/forms/{form}"))["versions"][0]["state"], "draft");
    let third = fetched(&phone, "home_visit");
    assert_eq!(publish(&daniela, &form).status, 200);
    let fourth = fetched(&phone, "home_visit");
    assert!(fourth.0 == "2[encrypted:7]" && fourth.1 == third.1, "{third:?} {fourth:?}");
    assert_eq!(upload(&daniela, "visit.md", &next).status, 422);

    // Whatever version and key a phone still has, its records are read, by the version it names.
    for (version, instance) in [(&first, "uuid:1"), (&second, "uuid:2"), (&third, "uuid:3"), (&fourth, "uuid:4")] {
        let sealed = sealed_visit(version, &case, instance);
        assert_eq!(phone.send(&sealed.manifest, &files(&sealed)).status, 201);
        let kept = of_instance(&read(&amal, &format!("/cases/{case}/submissions")), instance).unwrap();
        assert_eq!((&kept["form_version"], &kept["encrypted"]), (&json!(version.0), &Json::Null));
        assert_eq!(kept["found"], 0, "{kept}");
    }
    // And one that was never encrypted.
    assert_eq!(phone.send(&record(&case, "tile", "3", "uuid:plain"), &[]).status, 201);
    assert_eq!(read(&amal, &format!("/cases/{case}/submissions")).as_array().unwrap().len(), 5);
    // Closed, nothing new is taken, encrypted or not.
    let version = daniela.api("GET", &format!("/forms/{form}"), &[], &Json::Null).etag;
    let closed = json!({ "state": "closed", "sensitivity": "case" });
    assert_eq!(daniela.api("PUT", &format!("/forms/{form}"), &[("if-match", &version)], &closed).status, 200);
    let sealed = sealed_visit(&fourth, &case, "uuid:closed");
    assert_eq!(phone.send(&sealed.manifest, &files(&sealed)).status, 409);
    assert_eq!(phone.send(&sealed.manifest, &[]).status, 409);
});

/// The visit with a public key of its own.
fn visit_with_key(key: &str) -> String {
    visit()
        .replace(
            "| | form_title | form_id | version | default_language |",
            "| | form_title | form_id | version | default_language | public_key |",
        )
        .replace(
            "| | Home visit | home_visit | 1 | English (en) |",
            &format!("| | Home visit | home_visit | 1 | English (en) | {key} |"),
        )
}

story!(only_the_holder_of_a_forms_own_key_reads_it, |server: &Server| {
    let (daniela, amal, lucia) = (server.log_in("daniela"), server.log_in("amal"), server.log_in("lucia"));
    for browser in [&daniela, &amal] {
        browser.post("/language", &[("language", "en")]);
    }
    let pair = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let key = STANDARD.encode(pair.public_key_to_der().unwrap());

    // A key that nobody should use is refused with its place.
    let short = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    for (key, code) in [
        ("abc".to_owned(), "public-key-unreadable"),
        (STANDARD.encode(short.public_key_to_der().unwrap()), "public-key-length"),
        (STANDARD.encode(pair.private_key_to_pkcs8().unwrap()), "public-key-private"),
    ] {
        let refused = upload(&daniela, "visit.md", &visit_with_key(&key));
        let remark = refused.json()["remarks"][0].clone();
        assert_eq!((refused.status, &remark["code"]), (422, &json!(code)), "{remark}");
        assert_eq!((&remark["sheet"], &remark["column"]), (&json!("settings"), &json!("public_key")));
        assert!(remark["words"].as_str().is_some_and(|words| words.contains("key")));
    }

    // One that can be used is taken, with what it means.
    let made = upload(&daniela, "visit.md", &visit_with_key(&key));
    let told = made.json()["warnings"].clone();
    assert!(
        made.status == 201 && told.as_array().unwrap().iter().any(|it| it["code"] == "public-key"),
        "{}",
        made.body
    );
    let form = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(publish(&daniela, &form).status, 200);
    assert!(daniela.get(&format!("/forms/{form}")).body.contains("Encrypted with the form’s own key"));
    assert_eq!(switch(&daniela, &form, "house").status, 409);
    let (_, case) = with_case(&amal, "Abeba");
    let begun = amal.api("POST", &format!("/cases/{case}/drafts"), &[], &json!({ "form_id": form }));
    assert!(begun.status == 409 && begun.body.contains("ODK Collect only"), "{}", begun.body);
    assert!(!amal.get(&format!("/cases/{case}")).body.contains(&form), "it is not offered on a page");

    // What phones send is kept, sealed, with what can be said of it.
    let phone = Phone::of(server, &amal);
    let now = fetched(&phone, "home_visit");
    assert_eq!(now, ("1".to_owned(), Some(key)));
    for instance in ["uuid:abeba", "uuid:other"] {
        let sealed = sealed_visit(&now, &case, instance);
        assert_eq!(phone.send(&sealed.manifest, &files(&sealed)[..1]).status, 201);
        assert_eq!(phone.send(&sealed.manifest, &files(&sealed)[1..]).status, 201);
    }
    assert_eq!(read(&amal, &format!("/cases/{case}/submissions")), json!([]));
    let waiting = of_instance(&read(&amal, "/submissions/waiting"), "uuid:abeba").unwrap();
    assert_eq!((&waiting["encrypted"], &waiting["device"]), (&json!("own"), &json!("Field phone")));
    assert!(waiting["size"].as_i64().unwrap() > 300, "{waiting}");
    let page = amal.get("/submissions/waiting").body;
    assert!(page.contains("only the holder of the key can read it") && page.contains("Field phone"), "{page}");
    assert!(!amal.get("/").body.contains("href=\"/submissions/waiting\""), "nothing that is read waits");
    assert!(daniela.get("/forms/inbox").body.contains("only the holder of the key can read it"));
    let shown = lucia.get(&format!("/submissions/{}", id(&waiting)));
    assert!(shown.status == 200 && shown.body.contains(&format!("/forms/{form}/encrypted")), "{}", shown.body);
    assert_eq!(amal.get(&format!("/submissions/{}/xml", id(&waiting))).status, 404);
    let table = lucia.get(&format!("/forms/{form}/export"));
    assert_eq!((table.status, table.body.lines().count()), (200, 1), "{}", table.body);

    // They leave as one archive, for those who may export, and the holder of the key opens it anywhere.
    assert_eq!(amal.get(&format!("/forms/{form}/encrypted")).status, 403);
    let archive = lucia.get(&format!("/forms/{form}/encrypted"));
    assert_eq!((archive.status, archive.kind.as_str()), (200, "application/zip"));
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("visits.zip"), &archive.bytes).unwrap();
    std::fs::write(at.join("key.pem"), pair.private_key_to_pem_pkcs8().unwrap()).unwrap();
    std::fs::write(at.join("other.pem"), short.private_key_to_pem_pkcs8().unwrap()).unwrap();
    let run = |args: &[&str]| {
        let done =
            Command::new(env!("CARGO_BIN_EXE_watari")).current_dir(at).args(["form", "open"]).args(args).output();
        let done = done.unwrap();
        (done.status.success(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
    };
    let (opened, told) = run(&["visits.zip", "--key", "key.pem", "-o", "opened"]);
    assert!(opened, "{told}");
    let instance = at.join("opened/forms/home_visit/instances").join(id(&waiting));
    let xml = std::fs::read_to_string(instance.join("submission.xml")).unwrap();
    assert_eq!(xml, record(&case, "tile", "3", "uuid:abeba"));
    assert_eq!(std::fs::read(instance.join("roof.png")).unwrap(), png());
    assert_eq!(told.lines().count(), 2, "{told}");

    // Unpacked it is the same; nothing is written over; what is wrong is said, and nothing half is left.
    zip::ZipArchive::new(std::io::Cursor::new(&archive.bytes)).unwrap().extract(at.join("unpacked")).unwrap();
    let (opened, told) = run(&["visits.zip", "--key", "key.pem", "-o", "opened"]);
    assert!(!opened && told.contains("is there already"), "{told}");
    let (opened, told) = run(&["unpacked", "--key", "key.pem", "-o", "again"]);
    assert!(opened, "{told}");
    let sealed = at.join("unpacked/forms/home_visit/instances").join(id(&waiting));
    let enc = sealed.join("roof.png.enc");
    let mut content = std::fs::read(&enc).unwrap();
    content[3] ^= 1;
    std::fs::write(&enc, content).unwrap();
    let (opened, told) = run(&["unpacked", "--key", "key.pem", "-o", "altered"]);
    assert!(!opened && told.contains("signature does not fit") && told.contains("1 of 2"), "{told}");
    assert!(!at.join("altered/forms/home_visit/instances").join(id(&waiting)).exists());
    std::fs::remove_file(&enc).unwrap();
    let (_, told) = run(&["unpacked", "--key", "key.pem", "-o", "missing"]);
    assert!(told.contains("roof.png.enc is missing"), "{told}");
    let (opened, told) = run(&["visits.zip", "--key", "other.pem", "-o", "none"]);
    assert!(!opened && told.contains("1024 bits"), "{told}");
    let strange = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    std::fs::write(at.join("strange.pem"), strange.private_key_to_pem_pkcs8().unwrap()).unwrap();
    let (opened, told) = run(&["visits.zip", "--key", "strange.pem", "-o", "none"]);
    assert!(!opened && told.contains("encrypted with another") && told.contains("2 of 2"), "{told}");
    let (opened, told) = run(&["key.pem", "--key", "key.pem", "-o", "none"]);
    assert!(!opened && told.contains("neither a folder nor a ZIP"), "{told}");

    // Given to a case it stands there, sealed; a sheet without the key ends it.
    let number = read(&amal, &format!("/cases/{case}"))["case"]["number"].to_string();
    let given = amal.api(
        "POST",
        &format!("/submissions/{}/case", id(&waiting)),
        &[("if-match", "\"1\"")],
        &json!({ "case": number }),
    );
    assert_eq!(given.status, 204, "{}", given.body);
    let kept = read(&amal, &format!("/cases/{case}/submissions"));
    assert_eq!((kept.as_array().unwrap().len(), &kept[0]["encrypted"]), (1, &json!("own")));
    assert_eq!(upload(&daniela, "visit.md", &visit().replace("| home_visit | 1 |", "| home_visit | 2 |")).status, 201);
    assert_eq!(publish(&daniela, &form).status, 200);
    assert_eq!(fetched(&phone, "home_visit"), ("2".to_owned(), None));
    let late = sealed_visit(&now, &case, "uuid:late");
    assert_eq!(phone.send(&late.manifest, &files(&late)).status, 201);
    assert_eq!(of_instance(&read(&amal, "/submissions/waiting"), "uuid:late").unwrap()["encrypted"], "own");
});
