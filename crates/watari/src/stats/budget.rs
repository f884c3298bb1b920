//! What a release may cost, and the ledger that adds it up.

use anyhow::{Context, Result, bail};
use disclosure::account::{Cost, Delta, Epsilon};
use disclosure::ledger::{Ledger, LedgerFile};
use disclosure::noise::Source;

use crate::options::{Budget, KeepLedger};

/// Begins a ledger, or says what was spent.
pub fn keep(options: &KeepLedger) -> Result<()> {
    let file = match (options.epsilon, options.delta) {
        (Some(epsilon), Some(delta)) => {
            LedgerFile::create(&options.ledger, Epsilon::new(epsilon)?, Delta::new(delta)?)?
        }
        (None, None) => LedgerFile::open(&options.ledger)?,
        _ => bail!("a ledger is begun with --epsilon and --delta, both"),
    };
    let ledger = file.ledger();
    if options.json {
        println!("{}", serde_json::to_string_pretty(ledger)?);
    } else {
        print!("{}", in_words(ledger));
    }
    Ok(())
}

fn in_words(ledger: &Ledger) -> String {
    let mut lines: Vec<String> =
        ledger.entries.iter().map(|entry| format!("{}  {}  {}", entry.when, entry.what, cost(&entry.cost))).collect();
    lines.push(format!(
        "spent {} of {:.6} (ε {}, δ {}); left for one more release: ε {:.3}",
        cost(&ledger.spent()),
        ledger.budget().value(),
        ledger.epsilon.value(),
        ledger.delta.value(),
        ledger.left().1
    ));
    lines.join("\n") + "\n"
}

fn cost(cost: &Cost) -> String {
    let values = if cost.delta > 0.0 { format!(" (δ {:e} for finding values)", cost.delta) } else { String::new() };
    format!("ρ {:.6}{values}", cost.rho.value())
}

impl Budget {
    /// How private the release is to be, where noise is asked for.
    pub fn noise(&self, people: usize) -> Result<Option<(Epsilon, Delta)>> {
        let (epsilon, delta) = match (self.epsilon, self.delta) {
            (Some(epsilon), Some(delta)) => (Epsilon::new(epsilon)?, Delta::new(delta)?),
            (None, None) if self.ledger.is_none() && self.seed.is_none() => return Ok(None),
            _ => bail!("noise takes --epsilon and --delta, both; --ledger and --seed go with them"),
        };
        delta.check(people)?;
        Ok(Some((epsilon, delta)))
    }

    /// Pays for the release; what cannot be paid for is not made.
    pub fn pay(&self, what: &str, cost: Cost) -> Result<()> {
        let Some(path) = &self.ledger else { return Ok(()) };
        let mut file = LedgerFile::open(path)
            .with_context(|| format!("begin one with `watari stats ledger {}`", path.display()))?;
        Ok(file.spend(what, cost)?)
    }

    /// Where the noise comes from.
    pub fn source(&self) -> Source {
        self.seed.map_or_else(Source::secure, Source::seeded_for_tests)
    }
}
