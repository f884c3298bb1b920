//! Stories of people who fill in forms, and of the servers that receive what they sent.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use xlsform::definition::{Definition, DefinitionError, External, InstanceError};
use xlsform::fill::{FillError, Filling, FindingKind, ProblemKind, RestoreError, Surroundings, check};

/// A form about a household: its members repeat, districts depend on the region, and a child of school age is asked
/// about school.
const HOUSEHOLD: &str = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>Household</h:title><model>
  <itext>
    <translation lang="English" default="true()">
      <text id="region"><value>Which region?</value></text>
      <text id="age"><value>How old is <output value="/household/member/name"/>?</value></text>
      <text id="young"><value>Too old</value></text>
      <text id="n"><value>North</value></text><text id="s"><value>South</value></text>
    </translation>
    <translation lang="Español">
      <text id="region"><value>¿Qué región?</value></text>
      <text id="age"><value>¿Qué edad tiene <output value="/household/member/name"/>?</value></text>
      <text id="n"><value>Norte</value></text><text id="s"><value>Sur</value></text>
    </translation>
  </itext>
  <instance><household id="household" version="3">
    <region/><district/><begun/>
    <member jr:template=""><name/><age/><school>unknown</school><order/></member>
    <member><name/><age/><school>unknown</school><order/></member>
    <children/><region_name/><note/>
    <orx:meta><orx:instanceID/></orx:meta>
  </household></instance>
  <instance id="regions"><root>
    <item><id>n</id></item><item><id>s</id></item>
  </root></instance>
  <instance id="districts" src="jr://file-csv/districts.csv"/>
  <bind nodeset="/household/region" required="true()" jr:requiredMsg="Name a region"/>
  <bind nodeset="/household/begun" type="dateTime" jr:preload="timestamp" jr:preloadParams="start"/>
  <bind nodeset="/household/member/age" type="int" constraint=". &lt;= 120" jr:constraintMsg="jr:itext('young')"/>
  <bind nodeset="/household/member/school" relevant="/household/member/age &gt;= 6 and ../age &lt; 16"/>
  <bind nodeset="/household/member/order" calculate="position(..)"/>
  <bind nodeset="/household/children" type="int" calculate="count(/household/member[age &lt; 18])"/>
  <bind nodeset="/household/region_name" calculate="jr:choice-name(/household/region, '/household/region')"/>
  <bind nodeset="/household/note" relevant="/household/children &gt; 1"/>
</model></h:head>
<h:body>
  <select1 ref="/household/region"><label ref="jr:itext('region')"/>
    <itemset nodeset="instance('regions')/root/item"><value ref="id"/><label ref="jr:itext(id)"/></itemset></select1>
  <select1 ref="/household/district"><label>District</label>
    <itemset nodeset="instance('districts')/root/item[region = /household/region]">
      <value ref="name"/><label ref="label"/></itemset></select1>
  <group ref="/household/member"><label>Member</label><repeat nodeset="/household/member">
    <input ref="/household/member/name"><label>Name</label></input>
    <input ref="/household/member/age"><label ref="jr:itext('age')"/></input>
    <input ref="/household/member/school"><label>Which school?</label></input>
  </repeat></group>
  <input ref="/household/note"><label>Note</label></input>
</h:body></h:html>"#;

const DISTRICTS: &str = "name,label,region\nkar,Karo,n\nlom,Lomo,n\nsud,Sudo,s\n";

fn external() -> External {
    HashMap::from([("jr://file-csv/districts.csv".to_owned(), DISTRICTS.to_owned())])
}

/// Always the same morning, in Nairobi.
fn surroundings() -> Surroundings {
    Surroundings {
        zone: TimeZone::get("Africa/Nairobi").unwrap(),
        clock: Box::new(|| "2026-03-01T06:00:00Z".parse::<Timestamp>().unwrap()),
        chance: Box::new(|| 0.25),
        properties: HashMap::new(),
        place: Box::new(String::new),
    }
}

fn household() -> Arc<Definition> {
    Arc::new(Definition::read(HOUSEHOLD, &external()).unwrap())
}

fn answer(filling: &mut Filling, path: &str, value: &str) {
    let node = filling.at(path).unwrap();
    filling.answer(node, value).unwrap();
}

fn value(filling: &Filling, path: &str) -> String {
    filling.value(filling.at(path).unwrap()).into_owned()
}

fn add_member(filling: &mut Filling, name: &str, age: &str) {
    let repeat = filling.definition().field_at("/household/member").unwrap();
    let node = filling.add_repeat(filling.root(), repeat, None).unwrap();
    let path = filling.path(node);
    answer(filling, &format!("{path}/name"), name);
    answer(filling, &format!("{path}/age"), age);
}

#[test]
fn amina_registers_her_household() {
    let mut filling = Filling::new(household(), surroundings()).unwrap();
    assert_eq!(value(&filling, "/household/begun"), "2026-03-01T09:00:00.000+03:00");

    answer(&mut filling, "/household/member[1]/name", "Amina");
    answer(&mut filling, "/household/member[1]/age", "34");
    assert!(!filling.relevant(filling.at("/household/member[1]/school").unwrap()));

    add_member(&mut filling, "Bilal", "9");
    add_member(&mut filling, "Chiku", "15");
    // Each member's age decides about that member's school, whether the path is absolute or not.
    assert!(!filling.relevant(filling.at("/household/member[1]/school").unwrap()));
    assert!(filling.relevant(filling.at("/household/member[2]/school").unwrap()));
    assert_eq!(value(&filling, "/household/children"), "2");
    assert!(filling.relevant(filling.at("/household/note").unwrap()));

    // Chiku turns out to be 19; what is not relevant any more leaves the record and comes back with its answer.
    answer(&mut filling, "/household/note", "two at school");
    answer(&mut filling, "/household/member[3]/age", "19");
    assert!(!filling.preview().contains("two at school"));
    answer(&mut filling, "/household/member[3]/age", "15");
    assert_eq!(value(&filling, "/household/note"), "two at school");

    // Bilal moves out: Chiku is now second.
    filling.remove_repeat(filling.at("/household/member[2]").unwrap()).unwrap();
    assert_eq!(value(&filling, "/household/member[2]/name"), "Chiku");
    assert_eq!(value(&filling, "/household/member[2]/order"), "2");
    assert_eq!(value(&filling, "/household/children"), "1");
}

#[test]
fn the_questions_speak_the_language_of_whoever_answers() {
    let mut filling = Filling::new(household(), surroundings()).unwrap();
    answer(&mut filling, "/household/region", "s");
    answer(&mut filling, "/household/member[1]/name", "Amina");
    add_member(&mut filling, "Bilal", "9");
    let age = filling.at("/household/member[2]/age").unwrap();
    assert_eq!(filling.label(age).unwrap().unwrap().text, "How old is Bilal?");
    assert_eq!(value(&filling, "/household/region_name"), "South");
    filling.set_language("Español").unwrap();
    assert_eq!(filling.label(age).unwrap().unwrap().text, "¿Qué edad tiene Bilal?");
    assert_eq!(value(&filling, "/household/region_name"), "Sur");
    assert_eq!(filling.set_language("Latin").unwrap_err(), FillError::NoSuchLanguage("Latin".to_owned()));
}

#[test]
fn a_district_of_another_region_is_taken_back() {
    let mut filling = Filling::new(household(), surroundings()).unwrap();
    answer(&mut filling, "/household/region", "n");
    let district = filling.at("/household/district").unwrap();
    let offered: Vec<String> = filling.choices(district).unwrap().into_iter().map(|choice| choice.value).collect();
    assert_eq!(offered, ["kar", "lom"]);
    answer(&mut filling, "/household/district", "lom");
    answer(&mut filling, "/household/region", "s");
    assert_eq!(value(&filling, "/household/district"), "");
    // A slip of the finger costs nothing.
    answer(&mut filling, "/household/region", "n");
    assert_eq!(value(&filling, "/household/district"), "lom");
}

#[test]
fn what_is_wrong_is_said_in_the_forms_own_words() {
    let mut filling = Filling::new(household(), surroundings()).unwrap();
    answer(&mut filling, "/household/member[1]/age", "150");
    let problems = filling.problems().unwrap();
    let told: Vec<_> = problems.iter().map(|p| (p.path.as_str(), p.kind, p.message.as_deref().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("/household/region", ProblemKind::Required, "Name a region"),
            ("/household/member[1]/age", ProblemKind::Constraint, "Too old"),
        ]
    );
    answer(&mut filling, "/household/member[1]/age", "thirty");
    assert_eq!(filling.problems().unwrap()[1].kind, ProblemKind::Type);
}

#[test]
fn a_record_is_put_aside_and_taken_up_again() {
    let mut filling = Filling::new(household(), surroundings()).unwrap();
    answer(&mut filling, "/household/region", "n");
    answer(&mut filling, "/household/member[1]/name", "Amina & Bilal <twins>");
    add_member(&mut filling, "Chiku", "7");
    let again = Filling::restore(household(), surroundings(), &filling.draft()).unwrap();
    assert_eq!(again.draft(), filling.draft());
    assert_eq!(again.preview(), filling.preview());

    let mut edited = Filling::edit(household(), surroundings(), &filling.submission().unwrap()).unwrap();
    let sent = edited.submission().unwrap();
    assert!(sent.contains("<orx:deprecatedID>uuid:"), "{sent}");
}

#[test]
fn the_server_keeps_and_marks_what_the_form_would_not_have_allowed() {
    let sent = r#"<household id="household" version="2"><region>x</region><district>kar</district>
      <member><name>Amina</name><age>150</age><school>Uhuru</school><order>1</order></member>
      <children>4</children><secret>kept</secret></household>"#;
    let checked = check(household(), surroundings(), sent).unwrap();
    let told: Vec<_> = checked.findings.iter().map(|f| (f.path.as_str(), f.value.as_str(), f.kind.clone())).collect();
    assert_eq!(
        told,
        [
            ("/household/@version", "2", FindingKind::OtherVersion { expected: "3".to_owned() }),
            ("/household/region", "x", FindingKind::Problem(ProblemKind::NotOffered)),
            ("/household/district", "kar", FindingKind::Problem(ProblemKind::NotOffered)),
            ("/household/member[1]/age", "150", FindingKind::Problem(ProblemKind::Constraint)),
            ("/household/member[1]/school", "Uhuru", FindingKind::NotRelevant),
            ("/household/children", "4", FindingKind::CalculatedOtherwise { calculated: "0".to_owned() }),
            ("/household/secret", "kept", FindingKind::Unknown),
        ]
    );
    // Nothing of it is lost.
    let kept = checked.filling.draft();
    for value in ["<region>x</region>", "<age>150</age>", "Uhuru", "<children>4</children>", "<secret>kept</secret>"] {
        assert!(kept.contains(value), "{value} in {kept}");
    }
}

#[test]
fn a_record_of_another_form_is_refused() {
    let refused = check(household(), surroundings(), "<household id=\"census\"/>").unwrap_err();
    let expected = RestoreError::OtherForm { expected: "household".to_owned(), found: "census".to_owned() };
    assert_eq!(refused, expected);
    assert!(matches!(check(household(), surroundings(), "<!DOCTYPE x><x/>"), Err(RestoreError::Xml(_))));
}

#[test]
fn a_missing_list_is_named() {
    let missing = Definition::read(HOUSEHOLD, &External::new()).unwrap_err();
    let name = "jr://file-csv/districts.csv".to_owned();
    assert_eq!(missing, DefinitionError::UnreadableInstance(InstanceError::Missing(name)));
}

/// A form of a few fields with binds.
fn small(data: &str, binds: &str, body: &str) -> String {
    format!(
        "<h:html xmlns=\"http://www.w3.org/2002/xforms\" xmlns:h=\"http://www.w3.org/1999/xhtml\" \
         xmlns:jr=\"http://openrosa.org/javarosa\"><h:head><model><instance><d id=\"small\">{data}</d></instance>{binds}\
         </model></h:head><h:body>{body}</h:body></h:html>"
    )
}

#[test]
fn calculations_in_a_circle_are_refused_with_their_names() {
    let xml = small(
        "<a/><b/><c/><e/>",
        "<bind nodeset=\"/d/a\" calculate=\"/d/b + 1\"/><bind nodeset=\"/d/b\" calculate=\"/d/c\"/>\
         <bind nodeset=\"/d/c\" calculate=\"/d/a * 2\"/><bind nodeset=\"/d/e\" calculate=\"/d/a\"/>",
        "",
    );
    let Err(DefinitionError::Circle(mut circle)) = Definition::read(&xml, &External::new()) else {
        panic!("no circle")
    };
    assert_eq!(circle.first(), circle.last());
    circle.pop();
    circle.sort();
    assert_eq!(circle, ["/d/a", "/d/b", "/d/c"]);
}

#[test]
fn a_running_total_is_no_circle() {
    let xml = small(
        "<row jr:template=\"\"><paid/><total/></row>",
        "<bind nodeset=\"/d/row/total\" calculate=\"../paid + sum(/d/row[position() = position(current()/..) - 1]/total)\"/>",
        "<repeat nodeset=\"/d/row\"><input ref=\"/d/row/paid\"/></repeat>",
    );
    let definition = Arc::new(Definition::read(&xml, &External::new()).unwrap());
    let mut filling = Filling::new(Arc::clone(&definition), surroundings()).unwrap();
    let row = definition.field_at("/d/row").unwrap();
    for paid in ["10", "20", "30", "40"] {
        let node = filling.add_repeat(filling.root(), row, None).unwrap();
        let path = filling.path(node);
        answer(&mut filling, &format!("{path}/paid"), paid);
    }
    assert_eq!(value(&filling, "/d/row[4]/total"), "100");
    answer(&mut filling, "/d/row[1]/paid", "15");
    assert_eq!(value(&filling, "/d/row[4]/total"), "105");
    filling.remove_repeat(filling.at("/d/row[2]").unwrap()).unwrap();
    assert_eq!(value(&filling, "/d/row[3]/total"), "85");
}

#[test]
fn a_slip_in_the_number_of_members_does_not_fill_the_memory() {
    let xml = small(
        "<n/><row jr:template=\"\"><x/></row>",
        "<bind nodeset=\"/d/n\" type=\"int\"/>",
        "<input ref=\"/d/n\"/><repeat nodeset=\"/d/row\" jr:count=\"/d/n\"><input ref=\"/d/row/x\"/></repeat>",
    );
    let definition = Arc::new(Definition::read(&xml, &External::new()).unwrap());
    let mut filling = Filling::new(Arc::clone(&definition), surroundings()).unwrap();
    let row = definition.field_at("/d/row").unwrap();
    answer(&mut filling, "/d/n", "3");
    assert_eq!(filling.instances(filling.root(), row).len(), 3);
    let n = filling.at("/d/n").unwrap();
    let refused = filling.answer(n, "3000000000").unwrap_err();
    assert_eq!(refused, FillError::TooMany { path: "/d/row".to_owned(), count: 3_000_000_000 });
    answer(&mut filling, "/d/n", "2");
    assert_eq!(filling.instances(filling.root(), row).len(), 2);
    assert_eq!(filling.add_repeat(filling.root(), row, None).unwrap_err(), FillError::FixedRepeat("/d/row".to_owned()));
}

#[test]
fn a_mistake_in_an_expression_is_named_with_its_place() {
    let read = |calculate: &str| {
        let bind = format!("<bind nodeset=\"/d/a\" calculate=\"{calculate}\"/>");
        Definition::read(&small("<a/>", &bind, ""), &External::new()).unwrap_err().to_string()
    };
    assert_eq!(
        read("1 + (2"),
        "row 1, bind calculate: the expression “1 + (2” cannot be read: it ends where something more is needed"
    );
    assert_eq!(read("frobnicate(1)"), "row 1, bind calculate: there is no function “frobnicate()”");
    assert!(read("substr('x')").contains("substr() has 1 arguments and takes 2 to 3"));
    assert!(read(&"(".repeat(5000)).contains("nests deeper than 250 levels"));
    assert!(read(&format!("1{}", " + 1".repeat(5000))).contains("more than 1000 operators"));
}

#[test]
fn a_score_of_three_hundred_questions_is_reckoned() {
    let data: String = (0..300).map(|q| format!("<q{q}>1</q{q}>")).collect();
    let sum: Vec<String> = (0..300).map(|q| format!("/d/q{q}")).collect();
    let bind = format!("<bind nodeset=\"/d/score\" calculate=\"{}\"/>", sum.join(" + "));
    let definition = Definition::read(&small(&format!("{data}<score/>"), &bind, ""), &External::new()).unwrap();
    let mut filling = Filling::new(Arc::new(definition), surroundings()).unwrap();
    answer(&mut filling, "/d/q7", "101");
    assert_eq!(value(&filling, "/d/score"), "400");
}

#[test]
fn actions_that_set_off_one_another_for_ever_are_stopped() {
    let xml = small(
        "<a/><b/>",
        "",
        "<input ref=\"/d/a\"><setvalue event=\"xforms-value-changed\" ref=\"/d/b\" value=\"/d/a + 1\"/></input>\
         <input ref=\"/d/b\"><setvalue event=\"xforms-value-changed\" ref=\"/d/a\" value=\"/d/b + 1\"/></input>",
    );
    let definition = Arc::new(Definition::read(&xml, &External::new()).unwrap());
    let mut filling = Filling::new(definition, surroundings()).unwrap();
    let a = filling.at("/d/a").unwrap();
    assert!(matches!(filling.answer(a, "1"), Err(FillError::Endless(_))));
}

#[test]
fn a_question_that_was_not_asked_is_unlike_any_answer() {
    let xml = small(
        "<alive/><cause/><burial/><count/>",
        "<bind nodeset=\"/d/cause\" relevant=\"/d/alive = 'no'\"/>\
         <bind nodeset=\"/d/burial\" relevant=\"/d/cause != 'unknown'\"/>\
         <bind nodeset=\"/d/count\" calculate=\"count(/d/cause)\"/>",
        "<input ref=\"/d/alive\"/><input ref=\"/d/cause\"/><input ref=\"/d/burial\"/>",
    );
    let mut filling =
        Filling::new(Arc::new(Definition::read(&xml, &External::new()).unwrap()), surroundings()).unwrap();
    let burial = filling.at("/d/burial").unwrap();
    assert!(filling.relevant(burial));
    assert_eq!(value(&filling, "/d/count"), "0");
    answer(&mut filling, "/d/alive", "no");
    answer(&mut filling, "/d/cause", "unknown");
    assert!(!filling.relevant(burial));
    answer(&mut filling, "/d/alive", "yes");
    assert!(filling.relevant(burial));
}
