//! A person's photo: made anew, sealed, seen by those who may, gone when it must.

use std::io::Cursor;

use serde_json::{Value as Json, json};

use crate::story;
use crate::support::{Answer, Browser, Server};

/// What a camera writes beside the pixels.
const PLACE: &str = "GPS 14.9056 N 92.2634 W";

/// A JPEG as a camera makes it, with the place in its head.
fn photo(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    image::DynamicImage::new_rgb8(width, height)
        .write_to(&mut Cursor::new(&mut file), image::ImageFormat::Jpeg)
        .unwrap();
    let exif = [b"Exif\0\0", PLACE.as_bytes()].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&file[..2], &[0xFF, 0xE1], &length, &exif, &file[2..]].concat()
}

/// A form with a file, as a browser sends it.
fn send(browser: &Browser, path: &str, fields: &[(&str, &str)], file: &[u8]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    body.extend(b"--x\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"me.jpg\"\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--x--\r\n");
    browser.request("POST", path, &[("content-type", "multipart/form-data; boundary=x")], &body)
}

fn register(browser: &Browser, given: &str, protected: bool) -> String {
    let body = json!({ "names": [{ "given": given, "family": "Photographed" }], "protected": protected });
    let made = browser.api("POST", "/people", &[], &body);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().unwrap().to_owned()
}

fn person(browser: &Browser, id: &str) -> Json {
    browser.api("GET", &format!("/people/{id}"), &[], &Json::Null).json()
}

fn put(browser: &Browser, id: &str, file: &[u8]) -> Answer {
    browser.request("PUT", &format!("/api/v1/people/{id}/photo"), &[], file)
}

story!(a_photo_is_kept_without_its_place_replaced_and_removed, |server: &Server| {
    let amal = server.log_in("amal");
    let id = register(&amal, "Badia", false);
    let path = format!("/people/{id}/photo");
    assert_eq!(amal.get(&path).status, 404);
    let file = photo(1600, 1200);
    assert!(String::from_utf8_lossy(&file).contains(PLACE));
    let sent = send(&amal, &path, &[], &file);
    assert_eq!((sent.status, sent.location), (303, format!("/people/{id}")), "{}", sent.body);
    let kept = amal.get(&path);
    assert_eq!((kept.status, kept.kind.as_str()), (200, "image/jpeg"));
    assert!(!kept.body.contains("Exif") && !kept.body.contains("GPS"), "where it was taken is still there");
    let small = amal.get(&format!("{path}?size=small"));
    assert!(small.body.len() < kept.body.len());
    let known = amal.request("GET", &path, &[("if-none-match", &kept.etag)], b"");
    assert_eq!((known.status, known.etag.as_str()), (304, kept.etag.as_str()));
    assert!(amal.get(&format!("/people/{id}")).body.contains(&format!("src=\"/people/{id}/photo?v=")));
    assert!(amal.get("/people").body.contains(&format!("src=\"/people/{id}/photo?size=small")));

    let first = person(&amal, &id)["photo_id"].clone();
    let replaced = put(&amal, &id, &photo(10, 10));
    assert_eq!(replaced.status, 200, "{}", replaced.body);
    assert_ne!(replaced.json()["photo_id"], first);
    assert_eq!(amal.request("GET", &path, &[("if-none-match", &kept.etag)], b"").status, 200, "another photo");
    assert_eq!(amal.post(&format!("{path}/remove"), &[]).status, 303);
    assert_eq!(amal.get(&path).status, 404);
    assert_eq!(amal.api("DELETE", &format!("/people/{id}/photo"), &[], &Json::Null).status, 404);
    let story = amal.api("GET", &format!("/people/{id}/history"), &[], &Json::Null).json();
    let told: Vec<&str> = story
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["kind"] == "photo")
        .filter_map(|it| it["act"].as_str())
        .collect();
    assert_eq!(told, ["removed", "created", "created"]);
});

story!(what_is_no_photo_is_refused_on_the_page, |server: &Server| {
    let amal = server.log_in("amal");
    let id = register(&amal, "Samar", false);
    let path = format!("/people/{id}/photo");
    for file in [b"<svg onload=alert(1)>".as_slice(), b"GIF89a", b"\xFF\xD8\xFF\xE0 broken", b"%PDF-1.7"] {
        let refused = send(&amal, &path, &[], file);
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("not a JPEG, PNG or WebP") && refused.body.contains("Samar"), "{}", refused.body);
        assert_eq!(put(&amal, &id, file).json()["fields"][0]["field"], "photo");
    }
    assert_eq!(send(&amal, &path, &[], b"").status, 422, "no file");
    assert_eq!(put(&amal, &id, &vec![0xFF; 12 * 1024 * 1024]).status, 413);
    assert!(person(&amal, &id)["photo_id"].is_null());
});

story!(a_photo_chosen_while_registering_survives_a_correction, |server: &Server| {
    let amal = server.log_in("amal");
    let mut form = vec![("names[0][given]", "Widad"), ("birth[kind]", "exact"), ("birth[from]", "soon")];
    let wrong = send(&amal, "/people", &form, &photo(900, 600));
    assert_eq!(wrong.status, 422);
    let kept =
        wrong.body.split("name=\"photo_kept\" value=\"").nth(1).expect("the photo is lost").split('"').next().unwrap();
    form[2] = ("birth[from]", "24/11/1990");
    form.push(("photo_kept", kept));
    let made = send(&amal, "/people", &form, b"");
    assert_eq!(made.status, 303, "{}", made.body);
    assert_eq!(amal.get(&format!("{}/photo", made.location)).status, 200);
    let bad = send(&amal, "/people", &[("names[0][given]", "Widad Two")], b"no photo");
    assert!(bad.status == 422 && bad.body.contains("not a JPEG, PNG or WebP"), "{}", bad.body);

    // «Add another» keeps the photo, or says that it cannot; what is not typed yet is no error.
    let more = [("names[0][given]", ""), ("add", "contact")];
    let kept = send(&amal, "/people", &more, &photo(90, 60));
    assert!(kept.status == 200 && kept.body.contains("name=\"photo_kept\""), "{}", kept.body);
    let dropped = send(&amal, "/people", &more, b"no photo");
    assert!(dropped.status == 422 && dropped.body.contains("not a JPEG, PNG or WebP"), "{}", dropped.body);
    assert!(!dropped.body.contains("names.0.given-error"), "only the photo is wrong so far");
    let nothing = send(&amal, "/people", &more, b"");
    assert_eq!(nothing.status, 200, "no file is no photo");
});

story!(a_photo_is_seen_by_whoever_may_see_the_person, |server: &Server| {
    let (amal, salma, pierre) = (server.log_in("amal"), server.log_in("salma"), server.log_in("pierre"));
    let id = register(&amal, "Hala", true);
    let path = format!("/people/{id}/photo");
    assert_eq!(put(&amal, &id, &photo(50, 50)).status, 200);
    assert_eq!(salma.get(&path).status, 404, "another organisation");
    assert_eq!(put(&salma, &id, &photo(50, 50)).status, 404);
    assert_eq!(pierre.get(&path).status, 403, "a programme manager sees nobody");
    assert_eq!(amal.get(&path).status, 200);
    assert!(!amal.get("/people").body.contains(&format!("/people/{id}/photo")), "a protected person's is not in lists");
    let story = amal.api("GET", &format!("/people/{id}/history"), &[], &Json::Null).json();
    let read = |it: &&Json| it["kind"] == "photo" && it["act"] == "read";
    assert_eq!(story.as_array().unwrap().iter().filter(read).count(), 1, "each reading is written down");
});

story!(a_photo_goes_with_a_merge_and_comes_back, |server: &Server| {
    let (amal, lucia) = (server.log_in("amal"), server.log_in("lucia"));
    let (kept, ended) = (register(&amal, "Nuha", false), register(&amal, "Nouha", false));
    put(&amal, &ended, &photo(60, 40));
    let photo_id = person(&amal, &ended)["photo_id"].clone();
    let merge = json!({ "merged": ended, "why": "the same passport" });
    let merged = lucia.api("POST", &format!("/people/{kept}/merge"), &[], &merge).json();
    assert_eq!(person(&lucia, &kept)["photo_id"], photo_id);
    assert_eq!(lucia.get(&format!("/people/{kept}/photo")).status, 200);
    assert_eq!(put(&amal, &ended, &photo(60, 40)).status, 409, "a record merged away takes no photo");
    let undo = lucia.api("POST", &format!("/merges/{}/undo", merged["id"].as_str().unwrap()), &[], &Json::Null);
    assert_eq!(undo.status, 200, "{}", undo.body);
    assert!(person(&lucia, &kept)["photo_id"].is_null());
    assert_eq!(person(&lucia, &ended)["photo_id"], photo_id);
    assert_eq!(lucia.get(&format!("/people/{ended}/photo")).status, 200);

    let again = lucia.api("POST", &format!("/people/{kept}/merge"), &[], &merge).json();
    amal.api("DELETE", &format!("/people/{kept}/photo"), &[], &Json::Null);
    lucia.api("POST", &format!("/merges/{}/undo", again["id"].as_str().unwrap()), &[], &Json::Null);
    assert!(person(&lucia, &ended)["photo_id"].is_null(), "what was removed stays removed");
});
