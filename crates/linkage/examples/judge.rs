//! Links files and judges the result, for the benchmark: `judge TRUTH FILE [FILE] [memory=MIB] [pairs=NUMBER]`, where
//! memory is what is aimed at and pairs are those looked at for each record, prints one line
//! of JSON with seconds by the clock and of the processor, peak memory and, by threshold, precision, recall and F1. The
//! time is that of reading, learning, looking at pairs and putting people together once; judging is not in it.

use std::time::Instant;

use linkage::batch::{Engine, LEAST_JUDGED, Links, Settings, USUAL_THRESHOLD, Wishes};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut settings = Settings::default();
    let mut words = Vec::new();
    for word in std::env::args().skip(1) {
        match word.split_once('=') {
            Some(("memory", mib)) => settings.memory = mib.parse::<usize>()? << 20,
            Some(("pairs", pairs)) => settings.pairs_per_record = pairs.parse()?,
            _ => words.push(word),
        }
    }
    let mut words = words.into_iter();
    let wishes = Wishes { truth: words.next(), ..Wishes::default() };
    let files: Vec<std::path::PathBuf> = words.map(Into::into).collect();
    let started = Instant::now();
    let mut say = |text: &str| eprintln!("{:7.2} s  {text}", started.elapsed().as_secs_f64());
    let engine = Engine::open(&files, &wishes, None, settings, &mut say)?;
    let mut pairs = engine.pairs(LEAST_JUDGED, &mut say)?;
    let found = if engine.records.split.is_some() {
        engine.link(&mut pairs, USUAL_THRESHOLD, Links::OneToOne)?.len()
    } else {
        engine.cluster(&mut pairs, USUAL_THRESHOLD)?.len()
    };
    let seconds = started.elapsed().as_secs_f64();
    let processor = processor();
    say(&format!("done: {found}"));
    let memory = peak();
    let evaluation = engine.judge(&mut pairs, USUAL_THRESHOLD, Links::OneToOne)?;
    let point = |point: &linkage::batch::Point| {
        format!(
            "{{\"threshold\": {}, \"precision\": {:.4}, \"recall\": {:.4}, \"f1\": {:.4}}}",
            point.threshold, point.precision, point.recall, point.f1
        )
    };
    let best = evaluation.best().map(point).unwrap_or_default();
    let points: Vec<String> = evaluation.points.iter().map(point).collect();
    println!(
        "{{\"engine\": \"Watari {}\", \"seconds\": {seconds:.2}, \"processor\": {processor:.2}, \"mib\": {memory}, \"best\": {best}, \"points\": [{}]}}",
        env!("CARGO_PKG_VERSION"),
        points.join(", ")
    );
    Ok(())
}

/// Peak of resident memory in MiB, where the system tells.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Seconds of all processors spent in this process, where the system tells: it counts in hundredths.
fn processor() -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name, in brackets, may hold anything.
    let fields = status.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}
