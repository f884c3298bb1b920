use linkage::batch::*;
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let files: Vec<std::path::PathBuf> = args[1..].iter().map(Into::into).collect();
    let wishes = Wishes { truth: Some(args[0].clone()), ..Wishes::default() };
    let start = std::time::Instant::now();
    let mut say = |text: &str| eprintln!("{:6.2}s {text}", start.elapsed().as_secs_f64());
    let engine = Engine::open(&files, &wishes, None, Settings::default(), &mut say).unwrap();
    println!("matches {} related {}", engine.model.matches_per_record, engine.model.relatives_per_record); engine.debug_truth(); engine.debug_misses();
    let evaluation = engine.evaluate(0.9, Links::OneToOne, &mut say).unwrap();
    for p in &evaluation.points { println!("{:.5} P {:.4} R {:.4} F1 {:.4}  right {} wrong {} missed {}", p.threshold, p.precision, p.recall, p.f1, p.right, p.wrong, p.missed); }
    say("done");
}
