//! Logging in, being kept out, and what every answer carries.

use crate::story;
use crate::support::Server;

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
