//! An expression, evaluated for every node of a small document.

#![no_main]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use xlsform::xpath::{Documents, Expr, NodeId, NodeRef, Prefixes, Tree};

fuzz_target!(|text: &str| {
    let Ok(expr) = Expr::parse(text, &Prefixes::new()) else { return };
    let tree = Tree::from_xml("<d a='1'><g><x>2024-02-29</x><x>-7.5</x></g><g><x>a b c</x></g><!--c--></d>").unwrap();
    let nodes: Vec<NodeId> = tree.descendants(NodeId::DOCUMENT).collect();
    let mut host = Documents::new(tree, Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC));
    host.instances.insert("i".to_owned(), 0);
    for node in nodes {
        if let Ok(value) = expr.evaluate(&host, NodeRef { document: 0, node }) {
            let _ = (value.to_text(&host), value.to_number(&host), value.to_truth());
        }
    }
});
