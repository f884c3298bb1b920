//! How long one answer takes in a large form. `cargo run --release -p xlsform --example answer -- QUESTIONS CALCULATIONS`
//! measures; with
//! `--form` it writes the form instead, for other engines; with `--list` it measures a list of so many choices.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use xlsform::definition::{Definition, External};
use xlsform::fill::{Filling, Surroundings};

/// A form of so many questions, some of them relevant by the one before, some with constraints, and so many
/// calculations: half from two questions, half from a question and the calculation before, in chains of ten.
fn form(questions: usize, calculations: usize) -> String {
    let (mut data, mut binds, mut body) = (String::new(), String::new(), String::new());
    for q in 0..questions {
        let _ = write!(data, "<q{q}/>");
        let before = q.saturating_sub(1);
        let rule = match q % 5 {
            1 => format!(" relevant=\"/data/q{before} != 'no'\""),
            2 => " constraint=\". &gt;= 0 and . &lt;= 120\"".to_owned(),
            3 => format!(" required=\"/data/q{before} &gt; 10\""),
            _ => String::new(),
        };
        let _ = write!(binds, "<bind nodeset=\"/data/q{q}\" type=\"string\"{rule}/>");
        let _ = write!(body, "<input ref=\"/data/q{q}\"><label>Question {q}</label></input>");
    }
    for c in 0..calculations {
        let _ = write!(data, "<c{c}/>");
        let (a, b) = (c * 5 % questions, (c * 5 + 2) % questions);
        let calculate = match c % 10 {
            0 => format!("/data/q{a} + /data/q{b}"),
            _ => format!("/data/c{} + coalesce(/data/q{a}, 0)", c - 1),
        };
        let _ = write!(binds, "<bind nodeset=\"/data/c{c}\" type=\"decimal\" calculate=\"{calculate}\"/>");
    }
    format!(
        "<h:html xmlns=\"http://www.w3.org/2002/xforms\" xmlns:h=\"http://www.w3.org/1999/xhtml\"><h:head>\
         <h:title>Large</h:title><model><instance><data id=\"large\">{data}<meta><instanceID/></meta></data></instance>\
         {binds}</model></h:head><h:body>{body}</h:body></h:html>"
    )
}

/// A question with choices from a list of so many places in another file, filtered by region.
fn measure_list(places: usize) -> Result<(), Box<dyn std::error::Error>> {
    let mut csv = "name,label,region\n".to_owned();
    for place in 0..places {
        let _ = writeln!(csv, "p{place},Place {place},r{}", place % (places / 40).max(1));
    }
    let xml = "<h:html xmlns=\"http://www.w3.org/2002/xforms\" xmlns:h=\"http://www.w3.org/1999/xhtml\"><h:head><model>\
        <instance><data id=\"list\"><region/><place/><name/></data></instance>\
        <instance id=\"places\" src=\"jr://file-csv/places.csv\"/><bind nodeset=\"/data/name\" \
        calculate=\"instance('places')/root/item[name = /data/place]/label\"/></model></h:head><h:body>\
        <input ref=\"/data/region\"/><select1 ref=\"/data/place\"><itemset \
        nodeset=\"instance('places')/root/item[region = /data/region]\"><value ref=\"name\"/><label ref=\"label\"/>\
        </itemset></select1></h:body></h:html>";
    let external = External::from([("jr://file-csv/places.csv".to_owned(), csv)]);
    let begun = Instant::now();
    let definition = Arc::new(Definition::read(xml, &external)?);
    let read = begun.elapsed();
    let mut filling = Filling::new(definition, Surroundings::here(TimeZone::UTC))?;
    let (region, place) = (filling.at("/data/region")?, filling.at("/data/place")?);
    let mut times: Vec<Duration> = Vec::new();
    for round in 0..100 {
        let begun = Instant::now();
        filling.answer(region, &format!("r{round}"))?;
        let choices = filling.choices(place)?;
        filling.answer(place, choices.last().map_or("", |choice| choice.value.as_str()))?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let name = filling.value(filling.at("/data/name")?).into_owned();
    let (p50, most) = (times.get(50).copied().unwrap_or_default(), times.last().copied().unwrap_or_default());
    println!("list of {places}: read {read:?}; region, choices, place: p50 {p50:?}, most {most:?} (last {name})");
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize, other: usize| arguments.get(index).and_then(|n| n.parse().ok()).unwrap_or(other);
    let (questions, calculations) = (number(0, 1_000), number(1, 200));
    if arguments.iter().any(|argument| argument == "--list") {
        return measure_list(questions);
    }
    let xml = form(questions, calculations);
    if arguments.iter().any(|argument| argument == "--form") {
        println!("{xml}");
        return Ok(());
    }
    let begun = Instant::now();
    let definition = Arc::new(Definition::read(&xml, &External::new())?);
    let read = begun.elapsed();
    let begun = Instant::now();
    let mut filling = Filling::new(Arc::clone(&definition), Surroundings::here(TimeZone::UTC))?;
    let opened = begun.elapsed();
    let nodes: Vec<_> = (0..questions).map(|q| filling.at(&format!("/data/q{q}"))).collect::<Result<_, _>>()?;
    let shown: Vec<_> = filling.tree().elements(filling.root()).collect();
    let mut times: Vec<Duration> = Vec::new();
    let mut seen = 0;
    for (q, node) in nodes.iter().enumerate() {
        let value = (q % 100).to_string();
        let begun = Instant::now();
        filling.answer(*node, &value)?;
        // A client looks at values and relevance of all it shows.
        seen +=
            shown.iter().filter(|node| filling.relevant(**node)).map(|node| filling.value(*node).len()).sum::<usize>();
        times.push(begun.elapsed());
    }
    let last = filling.value(filling.at(&format!("/data/c{}", calculations - 1))?).into_owned();
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
    let begun = Instant::now();
    let problems = filling.problems()?.len();
    let judged = begun.elapsed();
    let begun = Instant::now();
    let xml = filling.submission()?;
    let written = begun.elapsed();
    let most = times.last().copied().unwrap_or_default();
    println!(
        "xlsform: read {read:?}, opened {opened:?}; one answer: p50 {:?}, p99 {:?}, most {most:?}",
        at(0.5),
        at(0.99)
    );
    println!(
        "({questions} questions, last {last}, {seen} seen; all judged {judged:?}, {problems} problems; written {written:?}, {} bytes)",
        xml.len()
    );
    Ok(())
}
