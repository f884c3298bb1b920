//! The method note of a release: what was counted, who is left out, how it is protected, how to read it.

use super::figures::Frozen;
use super::model::{Method, Release};
use crate::statistics::Indicator;
use crate::ui::Language;

/// One part of a note.
pub struct Paragraph {
    /// The key of its heading.
    pub heading: &'static str,
    /// Its sentences.
    pub sentences: Vec<String>,
}

/// The note of a release that was counted and protected.
pub fn note(release: &Release, frozen: &Frozen, language: Language) -> Vec<Paragraph> {
    let day = |day: crate::dates::Day| day.in_words(language);
    let input = &release.input;
    let period = [("from", day(input.from).into()), ("to", day(input.to).into())];
    let mut counted = vec![language.t_with("release-note-period", &period)];
    let (mut limits, mut sources) = (Vec::new(), Vec::new());
    for indicator in input.indicators().into_iter().filter_map(Indicator::of) {
        let name = indicator.name.said(&language);
        let of = |words: &crate::statistics::Text| {
            let values = [("name", name.into()), ("words", words.said(&language).into())];
            language.t_with("release-note-of", &values)
        };
        counted.push(of(&indicator.numerator));
        if let Some(all) = &indicator.denominator {
            counted.push(language.t_with("release-note-out-of", &[("all", all.said(&language).into())]));
        }
        limits.push(of(&indicator.limits));
        sources.push(indicator.source.clone());
    }
    sources.sort_unstable();
    sources.dedup();
    let counted_on = [("day", day(frozen.counted_on).into())];
    let mut left_out = vec![language.t_with("release-note-consent", &counted_on)];
    left_out.push(language.t("release-note-withdrawn").to_owned());
    left_out.extend(limits);
    vec![
        Paragraph { heading: "release-note-counted", sentences: counted },
        Paragraph { heading: "release-note-left-out", sentences: left_out },
        Paragraph { heading: "release-note-protected", sentences: protection(release, frozen, language) },
        Paragraph { heading: "release-note-sources", sentences: sources },
    ]
}

fn protection(release: &Release, frozen: &Frozen, language: Language) -> Vec<String> {
    let protection = &release.input.protection;
    match (protection.method, frozen.noise) {
        (Method::Suppression, _) => {
            let threshold = [("threshold", protection.threshold.unwrap_or_default().into())];
            let mut said = vec![
                language.t_with("release-note-threshold", &threshold),
                language.t("release-note-sign").to_owned(),
                language.t_with("release-note-audited", &threshold),
            ];
            if let Some(base) = protection.rounding {
                said.push(language.t_with("release-note-rounding", &[("base", base.into())]));
            }
            if !frozen.earlier.is_empty() {
                said.push(language.t("release-note-earlier").to_owned());
            }
            said
        }
        (method, noise) => {
            let noise = noise.map_or_else(Vec::new, |noise| {
                vec![
                    ("epsilon", language.decimal(noise.epsilon, 2).into()),
                    ("delta", format!("{:e}", noise.delta).into()),
                    ("sigma", language.decimal(noise.sigma, 1).into()),
                ]
            });
            let [made, read, sums] = match method {
                Method::Records => ["release-note-records", "release-note-records-read", "release-note-records-tables"],
                _ => ["release-note-noise", "release-note-noise-read", "release-note-noise-sums"],
            };
            vec![language.t_with(made, &noise), language.t(read).to_owned(), language.t(sums).to_owned()]
        }
    }
}
