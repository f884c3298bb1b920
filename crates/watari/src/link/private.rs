//! Lists of two organisations compared without being shown.

use std::fs::OpenOptions;
use std::io::Write;

use anyhow::{Context, Result};
use linkage::batch::Table;
use linkage::private::{Choice, Codes, Search, Secret, compare, encode, write_pairs};

use super::{columns, probability, progress};
use crate::options::{Compare, Encode, MakeSecret};
use crate::output::Output;

/// Makes the secret; a file that is there is never written over.
pub fn make_secret(options: &MakeSecret) -> Result<()> {
    let file = &options.output;
    let mut open = OpenOptions::new();
    open.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    let mut out = open.open(file).with_context(|| format!("the secret {} cannot be made", file.display()))?;
    out.write_all(Secret::generate().to_text().as_bytes())?;
    out.sync_all()?;
    eprintln!(
        "A secret was made: {}. Give it to the other organisation by a way of its own, never together with codes, and to nobody \
         else: whoever has it can read codes. Delete it when the lists were compared.",
        file.display()
    );
    Ok(())
}

/// Encodes a list.
pub fn encode_list(options: &Encode) -> Result<()> {
    let out = Output::new(options.output.as_deref(), &[&options.file, &options.secret])?;
    let mut say = progress(options.quiet);
    let mut choice = Choice {
        kinds: columns(&options.column)?,
        id: options.id.clone(),
        bits: options.bits,
        hardening: options.hardening.parse().context("--hardening")?,
        salt: options.salt.parse().context("--salt")?,
        ..Choice::default()
    };
    if let Some(fields) = &options.fields {
        let fields = fields.split(',').map(|field| field.trim().parse()).collect::<Result<_, _>>();
        choice.fields = fields.context("--fields")?;
    }
    let secret = Secret::read(&options.secret)?;
    let table = Table::open(&options.file)?;
    let mut told = 0;
    let codes = encode(&table, &choice, &secret, &mut |rows| {
        if rows - told >= 1 << 20 {
            say(&format!("{rows} rows encoded"));
            told = rows;
        }
    })?;
    codes.remarks.iter().for_each(|remark| say(remark));
    if options.id.is_none() {
        say("records are named by their row's number, the first after the header being 1");
    }
    if codes.left_out > 0 {
        let why = "too little is known of them: a name, and something that not many share, is needed";
        say(&format!("{} records are left out: {why}", codes.left_out));
    }
    out.write(|out| Ok(codes.write(out)?))?;
    say(&format!("{} records encoded: {}", codes.len(), codes.parameters()));
    Ok(())
}

/// Compares two encoded lists.
pub fn compare_lists(options: &Compare) -> Result<()> {
    let out = Output::new(options.output.as_deref(), &[&options.file, &options.other])?;
    let mut say = progress(options.quiet);
    let threshold = options.similarity.map(probability).transpose()?;
    let (one, other) = (Codes::read(&options.file)?, Codes::read(&options.other)?);
    let threshold = threshold.unwrap_or(one.parameters().hardening.usual_threshold());
    say(&format!("{} codes and {}; alike from {threshold}", one.len(), other.len()));
    let all_pairs_up_to = if options.all_pairs { u64::MAX } else { Search::FEW };
    let compared = compare(&one, &other, Search { threshold, all_pairs_up_to })?;
    say(&format!("{} pairs looked at", compared.looked_at));
    if compared.expected < 1.0 {
        let expected = compared.expected * 100.0;
        say(&format!(
            "of those as alike as the threshold {expected:.0} % were looked at, of others more; --all-pairs looks at all"
        ));
    }
    let to_file = out.is_file();
    out.write(|out| Ok(write_pairs(&one, &other, &compared.pairs, out)?))?;
    if options.json && to_file {
        let summary = serde_json::json!({
            "one": one.len(), "other": other.len(), "threshold": threshold, "pairs": compared.pairs.len(),
        });
        println!("{}", serde_json::to_string_pretty(&summary)?);
    } else {
        say(&format!("{} records are in both", compared.pairs.len()));
    }
    Ok(())
}
