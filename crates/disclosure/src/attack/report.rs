//! What attacks found, in words and charts.

use crate::report::{Bar, Bars, Format, Page, Section};

use super::{Attacks, Finding, Kind, Outcome};

impl Kind {
    /// Its name.
    fn name(self) -> &'static str {
        match self {
            Kind::Membership => "Membership",
            Kind::SinglingOut => "Singling out",
            Kind::Linkage => "Linkage",
            Kind::Inference => "Attribute inference",
        }
    }

    /// What is tried.
    fn question(self) -> &'static str {
        match self {
            Kind::Membership => {
                "Was this person among those whose data went into the release? By the closest released record, or by \
                 how frequent the person's pairs of values are in it, whichever tells more."
            }
            Kind::SinglingOut => {
                "Can someone be described so that the description fits nobody else? By the values that set one \
                 released record apart from all others. The baseline describes by values put together at random."
            }
            Kind::Linkage => {
                "Which of twenty records in some columns is about the person known by others? By the released \
                 records that are closest to what is known. By chance one in twenty is right."
            }
            Kind::Inference => {
                "What does this person keep to themselves? By what most of the closest released records have. The \
                 baseline guesses the commonest value."
            }
        }
    }
}

impl Outcome {
    fn sentence(&self) -> String {
        let shares = |share: f64| Format::Percent.write(share);
        let name = self.kind.name();
        let success = shares(self.success.share);
        let Some((control, more)) = self.control.zip(self.more) else {
            return format!(
                "{name} succeeds with {success} of the people in the data. Without a control nobody can say how much \
                 of that the release gives away."
            );
        };
        let against =
            format!("{name} succeeds with {success} of the people in the data and {} of others", shares(control.share));
        match self.finding {
            Finding::NoControl | Finding::Nothing => {
                format!("{against}. As far as can be told it learns about groups, not about persons.")
            }
            Finding::Leak => format!(
                "{against}: {} to {} more, which the release gives away of persons.",
                shares(more.low),
                shares(more.high)
            ),
            Finding::Broken => format!(
                "{against}, more than the promised {} at most. The promise is not kept: do not publish.",
                shares(self.bound.unwrap_or(1.0))
            ),
        }
    }
}

impl Attacks {
    /// The report.
    pub fn page(&self) -> Page {
        let mut sections = self.warnings();
        sections.push(Section::Text { heading: "What was done".to_owned(), paragraphs: self.setting() });
        sections.push(Section::Bars(self.chart()));
        let sentences = self.outcomes.iter().map(Outcome::sentence).collect();
        sections.push(Section::Text { heading: "What was found".to_owned(), paragraphs: sentences });
        let question = |outcome: &Outcome| format!("{}. {}", outcome.kind.name(), outcome.kind.question());
        let mut notes: Vec<String> = self.outcomes.iter().map(question).collect();
        notes.push(
            "Intervals hold the true rate in 95 of 100 cases, each for itself. An attack that fails proves nothing: \
             there may be a better one."
                .to_owned(),
        );
        sections.push(Section::Text { heading: "The attacks".to_owned(), paragraphs: notes });
        Page { title: "Attacks on a release".to_owned(), language: "en".to_owned(), sections }
    }

    fn warnings(&self) -> Vec<Section> {
        let mut warnings = Vec::new();
        if self.outcomes.iter().any(|outcome| outcome.finding == Finding::Broken) {
            warnings.push("An attack succeeds more often than the release promises. Do not publish it.");
        }
        if self.promise.is_none() {
            warnings.push(
                "The release makes no promise of differential privacy. These attacks bound nothing: a better attack, \
                 another release or what somebody happens to know can tell more.",
            );
        }
        if self.control.is_none() {
            warnings.push(
                "There is no control. Hold a random part of the people back before a release is made, and give it \
                 here: only then can what is told of persons be told from what is true of groups.",
            );
        }
        warnings.into_iter().map(|text| Section::Warning { text: text.to_owned() }).collect()
    }

    fn setting(&self) -> Vec<String> {
        let whole = |number: usize| Format::Whole.write(number as f64);
        let control = self.control.map_or("no control".to_owned(), |people| {
            format!("a control of {} who are not in the data", whole(people))
        });
        let mut said = vec![format!(
            "Records about {} people, {} released records, {control}. {} columns: {}.",
            whole(self.people),
            whole(self.released),
            self.columns.len(),
            self.columns.join(", ")
        )];
        if !self.left_out.is_empty() {
            said.push(format!("Left out, because not all files have them: {}.", self.left_out.join(", ")));
        }
        if let Some(promise) = self.promise {
            said.push(format!(
                "The release promises ({}, {:e})-differential privacy: no attack may succeed against people in the \
                 data by more than {} oftener than against others.",
                promise.epsilon.value(),
                promise.delta.value(),
                Format::Percent.write(promise.advantage())
            ));
        }
        said
    }

    fn chart(&self) -> Bars {
        let row = |outcome: &Outcome| {
            let bar = |rate: super::Rate| Bar { value: rate.share, interval: Some((rate.low, rate.high)), mark: None };
            let mut bars = vec![Bar { mark: outcome.bound, ..bar(outcome.success) }];
            bars.extend(outcome.control.map(bar));
            bars.push(Bar { value: outcome.baseline, interval: None, mark: None });
            (outcome.kind.name().to_owned(), bars)
        };
        let mut series = vec!["people in the data"];
        series.extend(self.control.map(|_| "other people"));
        series.push("without the release");
        Bars {
            heading: "How often attacks succeed".to_owned(),
            note: "What the release gives away of persons is how much longer the first bar is than the second. The \
                   dashed mark is how long the promise allows it to be, where there is one."
                .to_owned(),
            rows_are: "Attack".to_owned(),
            series: series.into_iter().map(str::to_owned).collect(),
            values_are: "Success".to_owned(),
            format: Format::Percent,
            mark_is: "At most".to_owned(),
            full: Some(1.0),
            rows: self.outcomes.iter().map(row).collect(),
        }
    }
}
