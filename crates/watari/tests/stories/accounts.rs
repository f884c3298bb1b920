//! Logging in, being kept out, and what every answer carries.

use serde_json::{Value as Json, json};

use crate::story;
use crate::support::{Browser, Engine, Server, code};

story!(a_wrong_password_opens_nothing, |server: &Server| {
    let browser = server.browser();
    let wrong = browser.post("/login", &[("username", "amal"), ("password", "not-hers-at-all")]);
    assert_eq!(wrong.status, 422);
    assert_eq!(browser.get("/people").status, 303);
    let unknown = browser.post("/login", &[("username", "nobody"), ("password", "not-hers-at-all")]);
    let same = |body: &str| body.replace("nobody", "amal");
    assert_eq!(same(&unknown.body), wrong.body, "an unknown name must look like a wrong password");
});

story!(tries_run_out_for_the_guesser_only, |server: &Server| {
    let guesser = server.browser();
    let guess = || guesser.post("/login", &[("username", "amal"), ("password", "guess-guess-guess")]).status;
    assert!((0..10).all(|_| guess() == 422));
    assert_eq!(guess(), 429);
    // Another name from the same place still works.
    server.log_in("lucia");
});

story!(another_site_cannot_act_for_a_user, |server: &Server| {
    let browser = server.log_in("amal");
    let forged = browser.request(
        "POST",
        "/logout",
        &[("sec-fetch-site", "cross-site"), ("content-type", "application/x-www-form-urlencoded")],
        b"",
    );
    assert_eq!(forged.status, 403);
    let forged = browser.request("POST", "/logout", &[("origin", "https://elsewhere.example")], b"");
    assert_eq!(forged.status, 403);
    assert_eq!(browser.get("/").status, 200, "still logged in");
});

story!(logging_out_ends_the_session, |server: &Server| {
    let browser = server.log_in("amal");
    assert_eq!(browser.get("/").status, 200);
    assert_eq!(browser.post("/logout", &[]).location, "/login");
    assert_eq!(browser.get("/").location, "/login");
});

story!(after_logging_in_only_this_site_follows, |server: &Server| {
    for (next, expected) in [("/people", "/people"), ("//elsewhere.example", "/"), ("https://elsewhere.example", "/")] {
        let form = [("username", "amal"), ("password", "crossing-the-river"), ("next", next)];
        assert_eq!(server.browser().post("/login", &form).location, expected);
    }
});

story!(the_api_answers_with_problems, |server: &Server| {
    let answer = server.browser().get("/api/v1/nothing");
    assert_eq!((answer.status, answer.kind.as_str()), (404, "application/problem+json"));
    assert_eq!(answer.json()["type"], "/problems/not-found");
});

const PASSWORD: &str = "crossing-the-river";

fn try_to_log_in(browser: &Browser, username: &str, password: &str) -> u16 {
    browser.post("/login", &[("username", username), ("password", password)]).status
}

story!(a_flood_of_guesses_never_keeps_the_user_out, |server: &Server| {
    let own = server.log_in("amal");
    assert_eq!(own.post("/logout", &[]).status, 303);
    let guesser = server.browser();
    for _ in 0..10 {
        assert_eq!(try_to_log_in(&guesser, "amal", "guess-guess-guess"), 422);
    }
    assert_eq!(try_to_log_in(&guesser, "amal", PASSWORD), 429, "the guesser must wait, right or wrong");
    // Even the address's own count runs out, and the browser that is known is heard all the same.
    let tries = (0..100).map(|number| try_to_log_in(&guesser, &format!("name-{number}"), "guess-guess-guess"));
    assert!(tries.filter(|status| *status == 429).count() >= 10);
    assert_eq!(try_to_log_in(&server.browser(), "lucia", PASSWORD), 429, "a stranger from the flood's address");
    assert_eq!(try_to_log_in(&own, "amal", PASSWORD), 303, "the user's own browser");
    // A known browser has no endless tries either, and none for another user.
    assert_eq!(try_to_log_in(&own, "lucia", PASSWORD), 429);
    assert_eq!(own.post("/logout", &[]).status, 303);
    for _ in 0..10 {
        assert_eq!(try_to_log_in(&own, "amal", "guess-guess-guess"), 422);
    }
    assert_eq!(try_to_log_in(&own, "amal", PASSWORD), 429);
});

story!(a_token_never_exceeds_its_user, |server: &Server| {
    let admin = server.log_in("admin");
    let wanted = json!({ "name": "sync", "scopes": ["administration", "people:read"] });
    let refused = admin.api("POST", "/account/tokens", &[], &wanted);
    assert_eq!((refused.status, refused.json()["fields"][0]["field"].clone()), (422, json!("scopes")));
    let page = admin.get("/account").body;
    assert!(page.contains("value=\"administration\"") && !page.contains("value=\"people:read\""));
    let wanted = json!({ "name": "sync", "scopes": ["administration"] });
    assert_eq!(admin.api("POST", "/account/tokens", &[], &wanted).status, 201);
});

/// Sets up codes for the user of a browser and answers their secret.
fn set_up_codes(browser: &Browser) -> String {
    let begun = browser.api("POST", "/account/totp", &[], &Json::Null);
    let secret = begun.json()["secret"].as_str().unwrap().to_owned();
    let confirmed = browser.api("PUT", "/account/totp", &[], &json!({ "code": code(&secret, -1) }));
    assert_eq!(confirmed.status, 204, "{}", confirmed.body);
    secret
}

story!(the_server_alone_chooses_the_second_factors_secret, |server: &Server| {
    let browser = server.log_in("amal");
    let mine = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    let unasked = browser.post("/account/totp", &[("secret", mine), ("code", &code(mine, 0))]);
    assert_eq!(unasked.status, 409);
    assert_eq!(browser.get("/account/totp").status, 200);
    let chosen = browser.post("/account/totp", &[("secret", mine), ("code", &code(mine, 0))]);
    assert_eq!(chosen.status, 422);
    let secret = set_up_codes(&browser);
    assert_eq!(browser.get("/account/totp").status, 409, "a second secret needs the first turned off");
    let other = server.log_in_with_code("amal", &code(&secret, 0));
    assert_eq!(other.get("/").status, 200);
});

story!(tries_in_the_account_run_out, |server: &Server| {
    let browser = server.log_in("amal");
    set_up_codes(&browser);
    for _ in 0..10 {
        assert_eq!(browser.post("/account/totp/off", &[("code", "000000")]).status, 422);
    }
    assert_eq!(browser.post("/account/totp/off", &[("code", "000000")]).status, 429);
    let other = server.log_in("lucia");
    let change = |current: &str| {
        let form = json!({ "current": current, "password": "across-the-long-bridge" });
        other.api("PUT", "/account/password", &[], &form).status
    };
    assert!((0..10).all(|_| change("guess-guess-guess") == 422));
    assert_eq!(change(PASSWORD), 429);
});

story!(a_changed_password_ends_the_other_sessions, |server: &Server| {
    let (browser, other) = (server.log_in("amal"), server.log_in("amal"));
    let form = json!({ "current": PASSWORD, "password": "across-the-long-bridge" });
    assert_eq!(browser.api("PUT", "/account/password", &[], &form).status, 204);
    assert_eq!((browser.get("/").status, other.get("/").status), (200, 303));
});

/// A user as the API sends it.
fn user(admin: &Browser, username: &str) -> Json {
    let users = admin.api("GET", "/users", &[], &Json::Null).json();
    users.as_array().unwrap().iter().find(|user| user["username"] == username).unwrap().clone()
}

fn change(admin: &Browser, user: &Json, field: &str, value: Json) -> u16 {
    let mut changed = user.clone();
    changed[field] = value;
    let version = format!("\"{}\"", user["version"]);
    let path = format!("/users/{}", user["id"].as_str().unwrap());
    admin.api("PUT", &path, &[("if-match", &version)], &changed).status
}

story!(team_and_supervisor_are_of_ones_own_house, |server: &Server| {
    let admin = server.log_in("admin");
    let elsewhere = server.log_in("salma");
    let theirs = elsewhere.api("GET", "/people?limit=1", &[], &Json::Null).json()["items"][0]["id"].clone();
    let amal = user(&admin, "amal");
    for (field, value) in
        [("team_id", theirs.clone()), ("supervisor_id", theirs), ("supervisor_id", amal["id"].clone())]
    {
        assert_eq!(change(&admin, &amal, field, value), 422, "{field}");
    }
    let lucia = user(&admin, "lucia");
    assert_eq!(change(&admin, &amal, "supervisor_id", lucia["id"].clone()), 204);
    assert_eq!(change(&admin, &lucia, "active", json!(false)), 204);
    let amal = user(&admin, "amal");
    assert_eq!(change(&admin, &amal, "name", json!("Amal")), 422, "a supervisor who left");
});

/// Makes another administrator and logs them in.
fn second_administrator(server: &Server, admin: &Browser) -> Browser {
    let new = json!({
        "username": "second", "name": "Second", "language": "en", "role": "administrator", "scope": "organisation",
    });
    let made = admin.api("POST", "/users", &[], &new);
    assert_eq!(made.status, 201, "{}", made.body);
    let link = admin.api("POST", &format!("/users/{}/link", made.json().as_str().unwrap()), &[], &json!({}));
    use_link(server, &link.json()).0
}

/// Follows a one-time link; answers the browser and where it was sent.
fn use_link(server: &Server, link: &Json) -> (Browser, String) {
    let address = link["address"].as_str().unwrap();
    let path = &address[address.find("/welcome/").unwrap()..];
    let browser = server.browser();
    let answer = browser.post(path, &[("password", PASSWORD), ("again", PASSWORD)]);
    assert_eq!(answer.status, 303, "{}", answer.body);
    (browser, answer.location)
}

story!(an_administrator_always_remains, |server: &Server| {
    let admin = server.log_in("admin");
    let second = second_administrator(server, &admin);
    let (first_one, second_one) = (user(&admin, "admin"), user(&admin, "second"));
    let both = std::thread::scope(|scope| {
        let one = scope.spawn(|| change(&admin, &second_one, "active", json!(false)));
        let other = scope.spawn(|| change(&second, &first_one, "role", json!("auditor")));
        [one.join().unwrap(), other.join().unwrap()]
    });
    assert_eq!(both.iter().filter(|status| **status == 204).count(), 1, "{both:?}");
    let left = if both[0] == 204 { &admin } else { &second };
    assert_eq!(left.get("/users").status, 200);
});

story!(a_link_forgets_the_second_factor_only_where_asked, |server: &Server| {
    let admin = server.log_in("admin");
    set_up_codes(&server.log_in("amal"));
    let path = format!("/users/{}/link", user(&admin, "amal")["id"].as_str().unwrap());
    let link = admin.api("POST", &path, &[], &json!({})).json();
    let (browser, sent_to) = use_link(server, &link);
    assert!(sent_to.starts_with("/login/second-factor"), "{sent_to}");
    assert_eq!(browser.get("/people").status, 303);

    let link = admin.api("POST", &path, &[], &json!({ "forgets_second_factor": true })).json();
    assert_eq!(user(&admin, "amal")["has_totp"], true, "a link that nobody used changes nothing");
    let address = link["address"].as_str().unwrap();
    let page = server.browser().get(&address[address.find("/welcome/").unwrap()..]).body;
    assert!(page.contains("forgets your second factor"), "the user is told");
    let (browser, sent_to) = use_link(server, &link);
    assert_eq!((sent_to.as_str(), browser.get("/people").status), ("/", 200));
    assert_eq!(user(&admin, "amal")["has_totp"], false);
    let history = server.log_in("audit").get("/api/v1/history").body;
    assert!(history.contains("login_link_forgetting_second_factor") && history.contains("totp_off"));
    let page = server.log_in("audit");
    page.post("/language", &[("language", "en")]);
    assert!(page.get("/history").body.contains("One-time link made that forgets the second factor"));
});

story!(a_passkey_begins_with_the_password_and_at_this_address, |server: &Server| {
    let browser = server.log_in("amal");
    let begin = |current: &str| browser.api("POST", "/account/passkeys/begin", &[], &json!({ "current": current }));
    assert_eq!(begin("guess-guess-guess").status, 422);
    let options = begin(PASSWORD).json()["publicKey"].clone();
    assert_eq!((&options["rp"]["id"], &options["user"]["name"]), (&json!("localhost"), &json!("amal")));
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    let login = server.browser().api("POST", "/login/passkey/begin", &[], &Json::Null).json();
    assert_eq!(login["publicKey"]["userVerification"], "required");
    assert_eq!(server.browser().api("POST", "/login/second-factor/passkey/begin", &[], &Json::Null).status, 401);
});

story!(all_other_sessions_end_at_once, |server: &Server| {
    let (one, two, three) = (server.log_in("amal"), server.log_in("amal"), server.log_in("amal"));
    assert_eq!(one.post("/account/sessions/end", &[]).status, 303);
    let seen = [&one, &two, &three].map(|browser| browser.get("/").status);
    assert_eq!(seen, [200, 303, 303]);
    assert_eq!(one.api("GET", "/account/sessions", &[], &Json::Null).json().as_array().unwrap().len(), 1);
});

story!(failed_tries_are_seen_by_the_user_and_the_administrator, |server: &Server| {
    assert_eq!(try_to_log_in(&server.browser(), "amal", "guess-guess-guess"), 422);
    let amal = server.log_in("amal");
    let own = amal.api("GET", "/account/logins", &[], &Json::Null).json();
    assert_eq!((&own[0]["result"], &own[1]["result"]), (&json!("in"), &json!("wrong_password")));
    assert!(amal.get("/account").body.contains("Wrong password"));
    assert_eq!(amal.get("/logins").status, 403);
    let admin = server.log_in("admin");
    let id = user(&admin, "amal")["id"].as_str().unwrap().to_owned();
    let failed = admin.api("GET", &format!("/logins?user={id}&failed=true"), &[], &Json::Null).json();
    assert_eq!((failed.as_array().unwrap().len(), &failed[0]["username"]), (1, &json!("amal")));
    assert!(admin.get("/logins").body.contains("Wrong password"));
});

story!(a_team_is_renamed_and_removed_once_it_is_empty, |server: &Server| {
    let admin = server.log_in("admin");
    let house = admin.api("GET", "/teams", &[], &Json::Null).json()[0].clone();
    let path = format!("/teams/{}", house["id"].as_str().unwrap());
    assert_eq!(admin.api("DELETE", &path, &[], &Json::Null).status, 409);
    let name = json!({ "name": "Ciudad Hidalgo" });
    assert_eq!(admin.api("PUT", &path, &[("if-match", "\"7\"")], &name).status, 412);
    assert_eq!(admin.api("PUT", &path, &[("if-match", "\"1\"")], &name).status, 204);
    assert!(admin.get("/users").body.contains("Ciudad Hidalgo"));
    let made = admin.api("POST", "/teams", &[], &json!({ "name": "Empty" })).json();
    assert_eq!(admin.post(&format!("/teams/{}/remove", made.as_str().unwrap()), &[]).status, 303);
    assert_eq!(admin.api("GET", "/teams", &[], &Json::Null).json().as_array().unwrap().len(), 1);
    assert_eq!(server.log_in("salma").api("DELETE", &path, &[], &Json::Null).status, 403);
});

story!(the_organisation_gets_another_name_and_country, |server: &Server| {
    let admin = server.log_in("admin");
    let answer = admin.api("GET", "/settings", &[], &Json::Null);
    let mut wanted = answer.json();
    wanted["country"] = json!("ZZ");
    let put = |wanted: &Json| admin.api("PUT", "/settings", &[("if-match", &answer.etag)], wanted).status;
    assert_eq!(put(&wanted), 422);
    wanted["country"] = json!("GT");
    wanted["name"] = json!("Casa de la Frontera");
    assert_eq!(put(&wanted), 204);
    let page = admin.get("/settings").body;
    assert!(page.contains("Casa de la Frontera") && page.contains("value=\"GT\" selected"));
});

story!(the_history_is_narrowed_and_verified, |server: &Server| {
    let admin = server.log_in("admin");
    admin.api("POST", "/teams", &[], &json!({ "name": "Night shift" }));
    let id = user(&admin, "admin")["id"].as_str().unwrap().to_owned();
    let audit = server.log_in("audit");
    let list = |query: &str| audit.api("GET", &format!("/history?{query}"), &[], &Json::Null).json();
    let found = list(&format!("user={id}&kind=team"));
    assert_eq!((found.as_array().unwrap().len(), &found[0]["act"]), (1, &json!("created")));
    assert!(list("kind=team&to=2020-01-01").as_array().unwrap().is_empty());
    assert!(!list("kind=person&from=2020-01-01").as_array().unwrap().is_empty());
    let page = audit.get("/history?user=&kind=team&from=&to=").body;
    assert!(page.contains("<option value=\"team\" selected>") && !page.contains("Night shift"));
    let chain = audit.api("GET", "/history/verify", &[], &Json::Null).json();
    assert!(chain["faults"].as_array().unwrap().is_empty() && chain["entries"].as_i64() > Some(10), "{chain}");
    assert_eq!(admin.api("GET", "/history/verify", &[], &Json::Null).status, 403);
    assert_eq!(audit.post("/history/verify", &[]).status, 200);
});

story!(a_problem_is_told_inside_the_house, |server: &Server| {
    let amal = server.log_in("amal");
    for path in ["/people/00000000-0000-0000-0000-000000000000", "/nowhere", "/users"] {
        let page = amal.get(path).body;
        assert!(page.contains("main-nav") && page.contains("Amal Haddad"), "{path}");
    }
    assert!(!server.browser().get("/nowhere").body.contains("main-nav"));
    let forged = amal.request("POST", "/logout", &[("sec-fetch-site", "cross-site")], b"");
    assert!(forged.body.contains("another site"), "a refusal is told too: {}", forged.body);
});

#[test]
fn a_flood_of_requests_is_told_to_wait_whatever_address_it_claims() {
    let server = Server::start_with(Engine::Sqlite, 20);
    let browser = server.browser();
    let asked = || browser.request("GET", "/login", &[("x-forwarded-for", "203.0.113.9")], b"");
    let answers: Vec<_> = (0..30).map(|_| asked()).collect();
    assert!(answers[..20].iter().all(|answer| answer.status == 200));
    for late in &answers[20..] {
        let wait: u64 = late.headers["retry-after"].parse().unwrap();
        assert!(late.status == 429 && (1..=60).contains(&wait), "{} {wait}", late.status);
    }
    let problem = browser.get("/api/v1/people");
    assert_eq!((problem.status, problem.json()["type"].clone()), (429, json!("/problems/too-many")));
}

story!(a_session_is_new_with_each_log_in_and_its_cookie_is_out_of_reach, |server: &Server| {
    let form = b"username=amal&password=crossing-the-river";
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let planted = "planted-by-someone-else";
    let log_in = || server.browser().request("POST", "/login", &[kind, ("cookie", &format!("watari={planted}"))], form);
    let (one, two) = (log_in(), log_in());
    let session = |answer: &crate::support::Answer| {
        let cookie = answer.cookies.iter().find(|cookie| cookie.starts_with("watari=")).unwrap().clone();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Max-Age"),
            "{cookie}"
        );
        cookie.split(';').next().unwrap().to_owned()
    };
    assert!(session(&one) != session(&two) && !session(&one).contains(planted));
    let reach = |cookie: &str| server.browser().request("GET", "/people", &[("cookie", cookie)], b"").status;
    assert_eq!(reach(&session(&one)), 200);
    assert_eq!(reach(&format!("watari={planted}")), 303, "a planted cookie becomes no session");
    let out = server.browser().request("POST", "/logout", &[("cookie", &session(&one))], b"");
    assert!(out.cookies.iter().any(|cookie| cookie.starts_with("watari=;") && cookie.contains("Max-Age=0")));
    assert_eq!((reach(&session(&one)), reach(&session(&two))), (303, 200));
});
