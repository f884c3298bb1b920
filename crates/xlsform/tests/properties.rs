//! What holds for any answers in any order.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use xlsform::definition::{Definition, External};
use xlsform::fill::{Filling, FindingKind, Surroundings, check};
use xlsform::xpath::{Documents, Expr, NodeId, NodeRef, Prefixes, Tree};

/// Relevance within relevance, repeats within repeats, counts, totals and positions.
const TANGLE: &str = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:jr="http://openrosa.org/javarosa"><h:head><model>
  <instance><d id="tangle"><a/><b/><n/>
    <g><x/><y/><h><z/></h></g>
    <r jr:template=""><p/><q/><place/><total/><s jr:template=""><t/><u/></s></r>
    <k><v/><w/></k>
    <sum/><most/><shown/><names/></d></instance>
  <bind nodeset="/d/g" relevant="/d/a &gt; 3"/>
  <bind nodeset="/d/g/y" calculate="../x + /d/b" type="int"/>
  <bind nodeset="/d/g/h" relevant="../y &gt; 10"/>
  <bind nodeset="/d/g/h/z" required="/d/b = 2" constraint=". != /d/a"/>
  <bind nodeset="/d/r" relevant="/d/b != 7"/>
  <bind nodeset="/d/r/q" calculate="/d/r/p * 2 + count(../s)"/>
  <bind nodeset="/d/r/place" calculate="position(..)"/>
  <bind nodeset="/d/r/total" calculate="sum(../s/u)"/>
  <bind nodeset="/d/r/s/t" relevant="../../p &gt; 2"/>
  <bind nodeset="/d/r/s/u" calculate="coalesce(../t, 0) + ../../p + position(..)"/>
  <bind nodeset="/d/k/w" calculate="concat(/d/k/v, '-', /d/a)"/>
  <bind nodeset="/d/sum" calculate="sum(/d/r/q)"/>
  <bind nodeset="/d/most" calculate="max(/d/r/s/u)"/>
  <bind nodeset="/d/shown" calculate="/d/g/h/z"/>
  <bind nodeset="/d/names" calculate="join(',', /d/k/w)"/>
  </model></h:head><h:body>
  <input ref="/d/a"/><input ref="/d/b"/><input ref="/d/n"/><input ref="/d/g/x"/><input ref="/d/g/h/z"/>
  <repeat nodeset="/d/r"><input ref="/d/r/p"/><repeat nodeset="/d/r/s"><input ref="/d/r/s/t"/></repeat></repeat>
  <repeat nodeset="/d/k" jr:count="/d/n"><input ref="/d/k/v"/></repeat>
  </h:body></h:html>"#;

fn surroundings() -> Surroundings {
    Surroundings {
        zone: TimeZone::UTC,
        clock: Box::new(|| Timestamp::UNIX_EPOCH),
        chance: Box::new(|| 0.5),
        properties: HashMap::new(),
        place: Box::new(String::new),
    }
}

/// Something that a person does.
#[derive(Debug, Clone)]
enum Deed {
    Answer(&'static str, u8, u8, u8),
    Add(u8),
    AddWithin(u8, u8),
    Remove(u8),
    RemoveWithin(u8, u8),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let path = prop::sample::select(vec![
        "/d/a",
        "/d/b",
        "/d/n",
        "/d/g/x",
        "/d/g/h/z",
        "/d/r[#]/p",
        "/d/r[#]/s[%]/t",
        "/d/k[#]/v",
    ]);
    let deed = prop_oneof![
        6 => (path, 1..4u8, 1..4u8, 0..9u8).prop_map(|(path, i, j, value)| Deed::Answer(path, i, j, value)),
        2 => (0..4u8).prop_map(Deed::Add),
        2 => (1..4u8, 0..3u8).prop_map(|(i, at)| Deed::AddWithin(i, at)),
        1 => (1..4u8).prop_map(Deed::Remove),
        1 => (1..4u8, 1..4u8).prop_map(|(i, j)| Deed::RemoveWithin(i, j)),
    ];
    prop::collection::vec(deed, 1..40)
}

/// Does it, if it can be done now.
fn carry_out(filling: &mut Filling, deed: &Deed) {
    let definition = filling.definition();
    let (r, s) = (definition.field_at("/d/r").unwrap(), definition.field_at("/d/r/s").unwrap());
    match deed {
        Deed::Answer(path, i, j, value) => {
            let path = path.replace('#', &i.to_string()).replace('%', &j.to_string());
            let value = if *value == 8 { String::new() } else { value.to_string() };
            if let Ok(node) = filling.at(&path) {
                filling.answer(node, &value).unwrap();
            }
        }
        Deed::Add(at) => {
            filling.add_repeat(filling.root(), r, Some(usize::from(*at))).unwrap();
        }
        Deed::AddWithin(i, at) => {
            if let Ok(around) = filling.at(&format!("/d/r[{i}]")) {
                filling.add_repeat(around, s, Some(usize::from(*at))).unwrap();
            }
        }
        Deed::Remove(i) => {
            if let Ok(node) = filling.at(&format!("/d/r[{i}]")) {
                filling.remove_repeat(node).unwrap();
            }
        }
        Deed::RemoveWithin(i, j) => {
            if let Ok(node) = filling.at(&format!("/d/r[{i}]/s[{j}]")) {
                filling.remove_repeat(node).unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Computing only what each answer touches comes to the same as computing everything at the end.
    #[test]
    fn answer_by_answer_is_as_good_as_all_at_once(deeds in deeds()) {
        let definition = Arc::new(Definition::read(TANGLE, &External::new()).unwrap());
        let mut filling = Filling::new(Arc::clone(&definition), surroundings()).unwrap();
        for deed in &deeds {
            carry_out(&mut filling, deed);
        }
        let anew = Filling::restore(Arc::clone(&definition), surroundings(), &filling.draft()).unwrap();
        prop_assert_eq!(anew.preview(), filling.preview());
        let problems = |filling: &Filling| -> Vec<_> {
            filling.problems().unwrap().into_iter().map(|problem| (problem.path, problem.kind)).collect()
        };
        prop_assert_eq!(problems(&anew), problems(&filling));

        // And the server finds what the form said itself, nothing else.
        let said = problems(&filling);
        let checked = check(definition, surroundings(), &filling.submission().unwrap()).unwrap();
        let found: Vec<_> = checked.findings.into_iter().map(|finding| match finding.kind {
            FindingKind::Problem(kind) => (finding.path, kind),
            other => panic!("{} {other:?} in {}", finding.path, filling.preview()),
        }).collect();
        prop_assert_eq!(found, said);
    }

    /// Whatever is written where an expression belongs is read or refused, and what is read can be evaluated.
    #[test]
    fn any_text_is_an_expression_or_a_mistake(text in "[a-c/@.*()\\[\\]|=<>+ 0-9',\\-]{0,40}|\\PC{0,30}") {
        if let Ok(expr) = Expr::parse(&text, &Prefixes::new()) {
            let tree = Tree::from_xml("<a x='1'><b>2</b><c><b>3</b></c></a>").unwrap();
            let host = Documents::new(tree, Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC));
            let _ = expr.evaluate(&host, NodeRef { document: 0, node: NodeId::DOCUMENT });
        }
    }

    /// A number that is written and read again is the same number.
    #[test]
    fn numbers_survive_being_written(number in proptest::num::f64::NORMAL) {
        let tree = Tree::from_xml("<a/>").unwrap();
        let host = Documents::new(tree, Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC));
        let node = NodeRef { document: 0, node: NodeId::DOCUMENT };
        let written = xlsform::xpath::Value::Number(number).to_text(&host);
        let read = Expr::parse(&format!("number('{written}')"), &Prefixes::new()).unwrap();
        prop_assert_eq!(read.evaluate(&host, node).unwrap().to_number(&host), number);
    }

    /// A long list looked up by an index gives what walking through it gives.
    #[test]
    fn a_list_looked_up_is_a_list_walked_through(
        values in prop::collection::vec("[ab]{0,2}", 0..80),
        wanted in prop::collection::vec("[ab]{0,2}", 1..3),
    ) {
        let items: String = values.iter().map(|value| format!("<item><k>{value}</k></item>")).collect();
        let list = Tree::from_xml(&format!("<root>{items}</root>")).unwrap();
        let answers: String = wanted.iter().map(|value| format!("<w>{value}</w>")).collect();
        let answers = Tree::from_xml(&format!("<d>{answers}</d>")).unwrap();
        let mut host = Documents::new(answers, Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC));
        host.trees.push(list);
        host.instances.insert("list".to_owned(), 1);
        let nodes = |text: &str| {
            let expr = Expr::parse(text, &Prefixes::new()).unwrap();
            expr.evaluate_nodes(&host, NodeRef { document: 0, node: NodeId::DOCUMENT }).unwrap()
        };
        let looked_up = nodes("instance('list')/root/item[k = /d/w][position() < 30]");
        prop_assert_eq!(looked_up, nodes("instance('list')/root/item[boolean(k = /d/w)][position() < 30]"));
        prop_assert_eq!(nodes("instance('list')/root/item['a' = k]"), nodes("instance('list')/root/item[boolean('a' = k)]"));
    }
}
