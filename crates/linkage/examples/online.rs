//! How fast and how surely the index answers «who is like this?», on an invented registry in several scripts:
//!
//! `cargo run --release -p linkage --example online -- [PEOPLE] [QUESTIONS] [READERS] [AGAINST_ALL]`
//!
//! Everyone has two names; the same people and questions every time. ONLY=WORDS in the environment asks only the kinds
//! of question with these words, SHOW_MISSED names what was not found. A question is answered well if
//! somebody of exactly the name meant is among the first ten; beside it stands how often that is so or ten others fit
//! the question as well, so that nothing in it tells who was meant. Of each kind the first AGAINST_ALL questions are put
//! to every record too: what is not found so is the judge's doing, what only the index misses is its own. Times are by
//! the clock, with the readers beside each other, and by the processor, which other programs disturb less.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use linkage::{Hit, Index, likeness};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rustix::time::{ClockId, clock_gettime};

const NAMES: &str = include_str!("../../../demo/names.csv");
/// Different given names, and family names, of one culture at most.
const GIVEN: f64 = 12_000.0;
const FAMILY: f64 = 90_000.0;

/// One way each to write a sound: in Latin letters, otherwise in Latin letters, in the culture's own script.
type Sound = (&'static str, &'static str, &'static str);

struct Culture {
    name: &'static str,
    share: u32,
    consonants: &'static [Sound],
    vowels: &'static [Sound],
    family_first: bool,
}

const CULTURES: &[Culture] = &[
    Culture {
        name: "arabic",
        share: 40,
        consonants: &[
            ("b", "b", "ب"),
            ("t", "t", "ت"),
            ("j", "dj", "ج"),
            ("h", "h", "ح"),
            ("kh", "kh", "خ"),
            ("d", "d", "د"),
            ("r", "r", "ر"),
            ("z", "z", "ز"),
            ("s", "ss", "س"),
            ("sh", "ch", "ش"),
            ("s", "s", "ص"),
            ("t", "t", "ط"),
            ("gh", "gh", "غ"),
            ("f", "f", "ف"),
            ("q", "k", "ق"),
            ("k", "k", "ك"),
            ("l", "l", "ل"),
            ("m", "m", "م"),
            ("n", "n", "ن"),
            ("h", "h", "ه"),
            ("w", "w", "و"),
            ("y", "y", "ي"),
        ],
        vowels: &[("a", "e", ""), ("i", "e", ""), ("u", "o", ""), ("a", "aa", "ا"), ("i", "ee", "ي"), ("u", "ou", "و")],
        family_first: false,
    },
    Culture {
        name: "russian",
        share: 15,
        consonants: &[
            ("b", "b", "б"),
            ("v", "w", "в"),
            ("g", "g", "г"),
            ("d", "d", "д"),
            ("zh", "j", "ж"),
            ("z", "z", "з"),
            ("k", "k", "к"),
            ("l", "l", "л"),
            ("m", "m", "м"),
            ("n", "n", "н"),
            ("p", "p", "п"),
            ("r", "r", "р"),
            ("s", "s", "с"),
            ("t", "t", "т"),
            ("f", "f", "ф"),
            ("kh", "h", "х"),
            ("ch", "tch", "ч"),
            ("sh", "sch", "ш"),
        ],
        vowels: &[("a", "a", "а"), ("e", "e", "е"), ("i", "y", "и"), ("o", "o", "о"), ("u", "ou", "у")],
        family_first: false,
    },
    Culture {
        name: "spanish",
        share: 20,
        consonants: &[
            ("b", "v", "b"),
            ("c", "k", "c"),
            ("d", "d", "d"),
            ("f", "f", "f"),
            ("l", "ll", "l"),
            ("m", "m", "m"),
            ("n", "n", "ñ"),
            ("p", "p", "p"),
            ("r", "rr", "r"),
            ("s", "z", "s"),
            ("t", "t", "t"),
            ("g", "g", "g"),
        ],
        vowels: &[("a", "a", "á"), ("o", "o", "ó"), ("u", "u", "ú"), ("a", "a", "a"), ("i", "y", "í")],
        family_first: false,
    },
    Culture {
        name: "french_west_african",
        share: 10,
        consonants: &[
            ("b", "b", "b"),
            ("d", "d", "d"),
            ("k", "c", "k"),
            ("f", "f", "f"),
            ("g", "g", "g"),
            ("l", "l", "l"),
            ("m", "m", "m"),
            ("n", "n", "n"),
            ("s", "ss", "s"),
            ("t", "t", "t"),
            ("w", "ou", "w"),
            ("dj", "j", "dj"),
        ],
        vowels: &[("a", "a", "a"), ("ou", "u", "ou"), ("e", "e", "é"), ("i", "y", "i"), ("o", "o", "o")],
        family_first: false,
    },
    Culture {
        name: "japanese",
        share: 15,
        consonants: &[
            ("k", "k", "か"),
            ("s", "s", "さ"),
            ("t", "t", "た"),
            ("n", "n", "な"),
            ("h", "h", "は"),
            ("m", "m", "ま"),
            ("r", "r", "ら"),
        ],
        vowels: &[("a", "a", "")],
        family_first: true,
    },
];

/// The kana of a row with each vowel.
const KANA: &[(&str, &str)] = &[
    ("k", "かきくけこ"),
    ("s", "さすせそ"),
    ("t", "たてと"),
    ("n", "なにぬねの"),
    ("h", "はひへほ"),
    ("m", "まみむめも"),
    ("r", "らりるれろ"),
];

/// A part of a name: in Latin letters, otherwise so, and in its own script.
#[derive(Clone)]
struct Part {
    latin: String,
    other: String,
    own: String,
}

struct Registry {
    /// Parts as they are in life, the most common first: by culture, given and family names.
    known: Vec<[Vec<Part>; 2]>,
}

impl Registry {
    fn new() -> Registry {
        let row = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let rows: Vec<Vec<String>> = NAMES.lines().skip(1).map(row).collect();
        let of = |culture: &Culture, kind: &str| {
            let fitting =
                rows.iter().filter(|row| row[1] == culture.name && row[2] == kind && culture.name != "japanese");
            fitting
                .map(|row| Part {
                    latin: row[5].to_lowercase(),
                    other: respelt(&row[5].to_lowercase()),
                    own: row[4].clone(),
                })
                .collect()
        };
        Registry { known: CULTURES.iter().map(|culture| [of(culture, "given"), of(culture, "family")]).collect() }
    }

    fn part(&self, culture: usize, family: bool, dice: &mut StdRng) -> Part {
        let most = if family { FAMILY } else { GIVEN };
        // Zipf's law: the chance of a rank falls as the rank.
        let rank = most.powf(dice.random::<f64>()) as usize - 1;
        match self.known[culture][usize::from(family)].get(rank) {
            Some(part) => part.clone(),
            None => invented(culture, rank as u64 * 2 + u64::from(family)),
        }
    }
}

/// The same part for the same rank, of two to four syllables.
fn invented(culture: usize, rank: u64) -> Part {
    let mut dice = StdRng::seed_from_u64(rank << 8 | culture as u64);
    let Culture { name, consonants, vowels, .. } = &CULTURES[culture];
    let mut part = Part { latin: String::new(), other: String::new(), own: String::new() };
    let syllables = dice.random_range(2..=4);
    for _ in 0..syllables {
        if *name == "japanese" {
            let (row, kana) = KANA[dice.random_range(0..KANA.len())];
            let at = dice.random_range(0..kana.chars().count());
            let vowels = match row {
                "s" => "aueo",
                "t" => "aeo",
                "h" => "aieo",
                _ => "aiueo",
            };
            let latin = format!("{row}{}", vowels.chars().nth(at).unwrap_or('a'));
            part.latin.push_str(&latin);
            part.other.push_str(&latin);
            part.own.extend(kana.chars().nth(at));
            continue;
        }
        for sound in [consonants[dice.random_range(0..consonants.len())], vowels[dice.random_range(0..vowels.len())]] {
            part.latin.push_str(sound.0);
            part.other.push_str(sound.1);
            part.own.push_str(sound.2);
        }
    }
    if *name != "japanese" && dice.random_range(0..3) > 0 {
        let sound = consonants[dice.random_range(0..consonants.len())];
        part.latin.push_str(sound.0);
        part.other.push_str(sound.0);
        part.own.push_str(sound.2);
    }
    part
}

/// A common name as others spell it.
fn respelt(latin: &str) -> String {
    latin
        .replace("ou", "u")
        .replace("sh", "ch")
        .replace("ee", "i")
        .replace("oo", "u")
        .replace("ph", "f")
        .replace("mm", "m")
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Writing {
    Latin,
    Other,
    Own,
}

fn written(parts: &[Part], writing: Writing) -> String {
    let texts = parts.iter().map(|part| match writing {
        Writing::Latin => part.latin.as_str(),
        Writing::Other => part.other.as_str(),
        Writing::Own => part.own.as_str(),
    });
    texts.collect::<Vec<_>>().join(" ")
}

struct Person {
    culture: usize,
    parts: Vec<Part>,
    names: [String; 2],
    writings: [Writing; 2],
}

fn person(registry: &Registry, id: u64) -> Person {
    let mut dice = StdRng::seed_from_u64(id.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut drawn = dice.random_range(0..100);
    let mut culture = 0;
    while drawn >= CULTURES[culture].share {
        drawn -= CULTURES[culture].share;
        culture += 1;
    }
    let mut parts = vec![registry.part(culture, false, &mut dice), registry.part(culture, true, &mut dice)];
    if dice.random_range(0..3) == 0 {
        let middle = registry.part(culture, false, &mut dice);
        parts.insert(1, if CULTURES[culture].name == "russian" { patronymic(middle) } else { middle });
    }
    if CULTURES[culture].family_first {
        parts.rotate_right(1);
    }
    let writings = match dice.random_range(0..10) {
        0..3 => [Writing::Own, Writing::Own],
        3..7 => [Writing::Own, Writing::Latin],
        _ => [Writing::Latin, Writing::Other],
    };
    let names = match writings {
        // The second name of who has one only in their own script is their father's.
        [_, Writing::Own] => {
            let father = [registry.part(culture, false, &mut dice), parts[parts.len() - 1].clone()];
            [written(&parts, Writing::Own), written(&father, Writing::Own)]
        }
        _ => writings.map(|writing| written(&parts, writing)),
    };
    Person { culture, parts, names, writings }
}

/// The father's name as a Russian bears it.
fn patronymic(mut father: Part) -> Part {
    father.latin.push_str("ovich");
    father.other.push_str("ovitch");
    father.own.push_str("ович");
    father
}

/// An id as wide as a UUID.
fn number(id: u64) -> [u8; 16] {
    (u128::from(id) << 64 | u128::from(id)).to_le_bytes()
}

fn of(number: [u8; 16]) -> u64 {
    u128::from_le_bytes(number) as u64
}

fn slip(name: &str, dice: &mut StdRng) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let places: Vec<usize> = (0..letters.len()).filter(|at| letters[*at] != ' ').collect();
    let at = places[dice.random_range(0..places.len())];
    let letter = char::from(b'a' + dice.random_range(0..26_u8));
    match dice.random_range(0..4) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letter),
        2 if at + 1 < letters.len() && letters[at + 1] != ' ' => letters.swap(at, at + 1),
        _ => letters[at] = letter,
    }
    letters.into_iter().collect()
}

const KINDS: &[&str] = &[
    "as written",
    "misspelt, one slip",
    "misspelt, two slips",
    "in Latin, own script on record",
    "spelt otherwise, own script on record",
    "in own script, Latin on record",
    "spelt otherwise than on record",
    "swapped",
    "family name first, then given name and patronymic",
    "a part missing",
    "a short form of the given name",
    "half typed",
];

/// A question, and the name it means as it stands on record.
fn question(kind: &str, short: &Short, person: &Person, dice: &mut StdRng) -> Option<(String, String)> {
    let [first, second] = &person.names;
    let has_latin = person.writings[1] != Writing::Own;
    let is_read = matches!(CULTURES[person.culture].name, "arabic" | "russian" | "japanese");
    let latin = written(&person.parts, Writing::Latin);
    let in_latin = if person.writings[0] == Writing::Latin { first } else { second };
    let with_latin = |asked: String| has_latin.then(|| (asked, in_latin.clone()));
    match kind {
        "as written" => Some((first.clone(), first.clone())),
        "misspelt, one slip" => with_latin(slip(&latin, dice)),
        "misspelt, two slips" => with_latin(slip(&slip(&latin, dice), dice)),
        "in Latin, own script on record" if is_read && !has_latin => Some((latin, first.clone())),
        "spelt otherwise, own script on record" if is_read && !has_latin => {
            Some((written(&person.parts, Writing::Other), first.clone()))
        }
        "in own script, Latin on record" if is_read && person.writings[0] == Writing::Latin => {
            Some((written(&person.parts, Writing::Own), first.clone()))
        }
        "spelt otherwise than on record" if person.writings == [Writing::Own, Writing::Latin] => {
            Some((written(&person.parts, Writing::Other), second.clone()))
        }
        "swapped" => with_latin(written(&person.parts.iter().rev().cloned().collect::<Vec<_>>(), Writing::Latin)),
        "family name first, then given name and patronymic"
            if person.parts.len() == 3 && CULTURES[person.culture].name == "russian" =>
        {
            let mut parts = person.parts.clone();
            parts.rotate_right(1);
            with_latin(written(&parts, Writing::Other))
        }
        "a part missing" if person.parts.len() == 3 => {
            with_latin(written(&[person.parts[0].clone(), person.parts[2].clone()], Writing::Latin))
        }
        "a short form of the given name" => {
            let given = usize::from(CULTURES[person.culture].family_first);
            let mut parts = person.parts.clone();
            parts[given].latin = short.of(&parts[given].latin, dice)?;
            with_latin(written(&parts, Writing::Latin))
        }
        "half typed" => {
            let letters = latin.chars().count();
            let last = latin.split(' ').next_back()?.chars().count();
            with_latin(latin.chars().take(letters - last + (last * 3).div_ceil(5).max(2)).collect())
        }
        _ => None,
    }
}

/// Short forms in Latin letters.
struct Short(Vec<Vec<String>>);

impl Short {
    fn new() -> Short {
        let rows = include_str!("../data/short_names.csv").lines().filter(|line| !line.starts_with('#'));
        Short(rows.map(|row| row.to_lowercase().split(',').map(str::to_owned).collect()).collect())
    }

    /// Another form of a name that stands first in its row, or is one of its language's.
    fn of(&self, name: &str, dice: &mut StdRng) -> Option<String> {
        let row = self.0.iter().find(|row| row.iter().any(|form| form == name))?;
        let others: Vec<&String> = row.iter().filter(|form| form.is_ascii() && *form != name).collect();
        (!others.is_empty()).then(|| others[dice.random_range(0..others.len())].clone())
    }
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

fn processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn percentile(times: &mut [Duration], part: f64) -> f64 {
    times.sort_unstable();
    times.get(((times.len() - 1) as f64 * part) as usize).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let mut next = |default| arguments.next().and_then(Result::ok).unwrap_or(default);
    let (people, questions, readers, exhaustive) = (next(1_000_000), next(1000), next(1), next(0));
    let registry = Registry::new();
    let before = resident();
    let mut index: Index<[u8; 16]> = Index::new();
    let mut building = Duration::ZERO;
    for id in 0..people {
        let person = person(&registry, id);
        let (document, phone) = (format!("d:{:x}", id * 7919), format!("t:{:09}", id * 104_729 % 1_000_000_000));
        let keys = [document.as_str(), phone.as_str()];
        let begun = processor();
        index.insert(number(id), person.names.iter().map(String::as_str), keys.into_iter().take(1 + id as usize % 2));
        building += processor() - begun;
    }
    let begun = processor();
    index.shrink();
    building += processor() - begun;
    println!(
        "people {people}, distinct parts {}, built in {:.2} s, memory {} MB",
        index.distinct_parts(),
        building.as_secs_f64(),
        (resident() - before) / 1024
    );
    println!(
        "| question | recall@10 | or ten fit as well | p50 ms | p99 ms | processor p50 ms | p99 ms |\n|---|---|---|---|---|---|---|"
    );
    let short = Short::new();
    let only = std::env::var("ONLY").unwrap_or_default();
    for kind in KINDS.iter().filter(|kind| kind.contains(&only)) {
        let mut dice = StdRng::seed_from_u64(2026);
        let mut asked: Vec<Question> = Vec::new();
        while asked.len() < questions as usize {
            let id = dice.random_range(0..people);
            let question = question(kind, &short, &person(&registry, id), &mut dice);
            asked.extend(question.map(|(asked, meant)| Question { asked, meant, id }));
        }
        let share = asked.len().div_ceil(readers as usize);
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let readers: Vec<_> =
                asked.chunks(share).map(|asked| scope.spawn(|| ask(&index, &registry, asked))).collect();
            readers.into_iter().flat_map(|reader| reader.join().unwrap_or_default()).collect()
        });
        let share = |of: &dyn Fn(&Answer) -> bool| {
            answers.iter().filter(|answer| of(answer)).count() as f64 / answers.len() as f64
        };
        let mut clock: Vec<Duration> = answers.iter().map(|answer| answer.clock).collect();
        let mut processor: Vec<Duration> = answers.iter().map(|answer| answer.processor).collect();
        println!(
            "| {kind} | {:.3} | {:.3} | {:.2} | {:.2} | {:.2} | {:.2} |",
            share(&|answer| answer.is_found),
            share(&|answer| answer.is_found || answer.is_drowned),
            percentile(&mut clock, 0.5),
            percentile(&mut clock, 0.99),
            percentile(&mut processor, 0.5),
            percentile(&mut processor, 0.99),
        );
        if exhaustive > 0 {
            against_all(&index, &registry, &asked[..asked.len().min(exhaustive as usize)], &answers);
        }
    }
    let mut changes: Vec<Duration> = Vec::new();
    for id in 0..questions {
        let person = person(&registry, people + id);
        let begun = Instant::now();
        index.insert(number(id), person.names.iter().map(String::as_str), []);
        changes.push(begun.elapsed());
    }
    println!(
        "replacing a record: p50 {:.3} ms, p99 {:.3} ms",
        percentile(&mut changes, 0.5),
        percentile(&mut changes, 0.99)
    );
}

struct Question {
    asked: String,
    /// The name meant, as it stands on record.
    meant: String,
    id: u64,
}

/// How a question was answered.
struct Answer {
    /// Somebody of the name meant is among the first ten.
    is_found: bool,
    /// Nobody is, but ten others fit as well: nothing in the question tells which was meant.
    is_drowned: bool,
    tenth: f64,
    clock: Duration,
    processor: Duration,
}

fn ask(index: &Index<[u8; 16]>, registry: &Registry, asked: &[Question]) -> Vec<Answer> {
    let answer = |Question { asked, meant, id }: &Question| {
        let (clock, used) = (Instant::now(), processor());
        let hits = index.find(asked, 10);
        let (clock, processor) = (clock.elapsed(), processor() - used);
        let is_found = names(registry, &hits).contains(meant);
        let tenth = hits.get(9).map_or(0.0, |hit| hit.score);
        let fit = index.explain(asked, &number(*id)).map_or(0.0, |explained| explained.score);
        let is_drowned = !is_found && tenth >= fit - 1e-6;
        Answer { is_found, is_drowned, tenth, clock, processor }
    };
    asked.iter().map(answer).collect()
}

fn names(registry: &Registry, hits: &[Hit<[u8; 16]>]) -> HashSet<String> {
    hits.iter().flat_map(|hit| person(registry, of(hit.id)).names).collect()
}

/// What a look at every record would have found: the most that an index can.
fn against_all(index: &Index<[u8; 16]>, registry: &Registry, asked: &[Question], answers: &[Answer]) {
    let (mut found, mut by_all, mut as_good) = (0, 0, 0);
    for (Question { asked, meant, .. }, answer) in asked.iter().zip(answers) {
        let hits = index.find_among_all(asked, 10);
        let tenth = hits.get(9).map_or(0.0, |hit| hit.score);
        let is_found = names(registry, &hits).contains(meant);
        found += u32::from(answer.is_found);
        by_all += u32::from(is_found);
        as_good += u32::from(answer.tenth >= tenth - 1e-6);
        if std::env::var_os("SHOW_MISSED").is_some() && !answer.is_found {
            let fit = likeness(asked, meant);
            println!(
                "    {asked} for {meant}: {fit:.3}; the tenth {:.3}, of all {tenth:.3}; found by a look at all: {is_found}",
                answer.tenth
            );
        }
    }
    println!("  of {}: found {found}, by a look at all {by_all}, ten as good as the best ten {as_good}", asked.len());
}
