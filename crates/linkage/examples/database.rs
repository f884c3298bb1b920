//! What a database needs to link a list, and what the engine makes of the same list, to hold the two
//! against each other:
//!
//!     database TRUTH LIST.csv FOLDER DIALECT [OTHER.csv]
//!
//! writes into the folder model.toml, prepared.parquet (and .csv for PostgreSQL), the scripts, and pairs.csv, the
//! engine's pairs from probability 0.8 under that model; `database levels FOLDER MET OUT` answers. Prints seconds.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::Instant;

use linkage::batch::{
    Dialect, Engine, Form, Links, Model, Script, Settings, Step, Table, Wishes, answer, prepare, write_links,
};

const THRESHOLD: f64 = 0.8;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match &args.iter().map(String::as_str).collect::<Vec<&str>>()[..] {
        ["levels", folder, met, out] => {
            let model = Model::read(&Path::new(folder).join("model.toml")).unwrap();
            let mut file = BufWriter::new(File::create(out).unwrap());
            let started = Instant::now();
            let answered =
                answer(&Table::open(Path::new(met)).unwrap(), &model, Form::of(Some(Path::new(out))), &mut file);
            println!("levels,{:.2},{}", started.elapsed().as_secs_f64(), answered.unwrap());
        }
        [truth, list, folder, dialect, other @ ..] => {
            let files: Vec<PathBuf> = std::iter::once(list).chain(other).map(PathBuf::from).collect();
            write(truth, &files, Path::new(folder), dialect);
        }
        _ => panic!("database TRUTH LIST.csv FOLDER duckdb|postgres [OTHER.csv], or database levels FOLDER MET OUT"),
    }
}

fn write(truth: &str, files: &[PathBuf], folder: &Path, dialect: &str) {
    let (wishes, settings) = (Wishes { truth: Some(truth.into()), ..Wishes::default() }, Settings::default());
    let timed = |what: &str, started: Instant| println!("{what},{:.2},", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let trained = Engine::open(files, &wishes, None, settings.clone(), &mut |_| {}).unwrap();
    std::fs::write(folder.join("model.toml"), trained.model.to_text()).unwrap();
    drop(trained);
    timed("train", started);

    let started = Instant::now();
    let model = Model::read(&folder.join("model.toml")).unwrap();
    let engine = Engine::open(files, &wishes, Some(model.clone()), settings, &mut |_| {}).unwrap();
    let mut pairs = engine.pairs(THRESHOLD, &mut |_| {}).unwrap();
    let found = engine.link(&mut pairs, THRESHOLD, Links::All).unwrap();
    timed("engine", started);
    let mut out = BufWriter::new(File::create(folder.join("pairs.csv")).unwrap());
    write_links(&engine, &found, Form::Csv, &mut out).unwrap();
    drop(engine);

    let started = Instant::now();
    let tables: Vec<Table> = files.iter().map(|file| Table::open(file).unwrap()).collect();
    let (name, dialect) = match dialect {
        "postgres" => ("prepared.csv", Dialect::Postgres),
        _ => ("prepared.parquet", Dialect::DuckDb),
    };
    let path = folder.join(name);
    let mut out = BufWriter::new(File::create(&path).unwrap());
    prepare(&tables, &model, &wishes, 1, Form::of(Some(&path)), &mut out, &mut |_| {}).unwrap();
    timed("prepare", started);
    for (step, name) in
        [(Step::Table, "table"), (Step::Pairs, "pairs"), (Step::Weights, "weights"), (Step::People, "people")]
    {
        let script = Script { table: "people", dialect, step, threshold: THRESHOLD, pairs_per_record: 20.0 };
        std::fs::write(folder.join(format!("{name}.sql")), script.write(&model).unwrap()).unwrap();
    }
}
