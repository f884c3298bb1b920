//! What only some types of questions have: mostly their parameters.

use crate::form::line::Line;
use crate::form::parameters::Parameters;
use crate::form::problem::{Place, ProblemKind, Wanted, WarningKind};
use crate::form::references::has_reference;
use crate::form::settings::yes_or_no;
use crate::form::{Action, ActionKind, Control, Event, Items, Kind, Node, ranges};

use super::{Survey, set_type};

impl Survey<'_> {
    /// What only some types have: mostly their parameters.
    pub(super) fn particulars(&mut self, kind: &str, node: &mut Node, parameters: &Parameters, place: &Place) {
        let whole = |text: &str| text.parse::<i64>().is_ok();
        match kind {
            "text" => {
                parameters.allow(&["rows"], self.findings);
                if let Some(rows) = parameters.checked("rows", Wanted::WholeNumber, self.findings, whole) {
                    node.body.set("rows", rows);
                }
            }
            "photo" => self.photo(node, parameters, place),
            "audio" => {
                parameters.allow(&["quality"], self.findings);
                let qualities = ["voice-only", "low", "normal", "external"];
                if let Some(quality) = parameters.one_of("quality", &qualities, self.findings) {
                    node.bind.set("odk:quality", quality);
                }
            }
            "background-audio" => {
                parameters.allow(&["quality"], self.findings);
                let quality = parameters.one_of("quality", &["voice-only", "low", "normal"], self.findings);
                let kind = ActionKind::RecordAudio { quality: quality.map(str::to_string) };
                node.actions.push(Action { kind, event: Event::Load });
            }
            "start-geopoint" => node.actions.push(Action { kind: ActionKind::SetGeopoint, event: Event::FirstLoad }),
            "background-geopoint" => {
                if node.triggers.is_empty() {
                    self.findings.problem(place.column("trigger"), ProblemKind::GeopointWithoutTrigger);
                }
                if node.bind.get("calculate").is_some() {
                    self.findings.problem(place.column("calculation"), ProblemKind::GeopointWithCalculation);
                }
            }
            "geopoint" | "geotrace" | "geoshape" => self.map(kind, node, parameters),
            "range" => {
                let list = ranges::read(node, parameters, &self.choices, self.findings);
                node.kind = Kind::Question(Control::Range(list));
            }
            "simserial" | "subscriberid" => {
                self.findings.warn(place.column("type"), WarningKind::OldMetadata(kind.to_string()));
            }
            _ => {}
        }
    }

    pub(super) fn photo(&mut self, node: &mut Node, parameters: &Parameters, place: &Place) {
        const IMAGES: &str = "jr://images/";
        if let Some(default) = node.default.as_mut().filter(|default| !default.contains(IMAGES)) {
            default.insert_str(0, IMAGES);
        }
        parameters.allow(&["app", "max-pixels"], self.findings);
        match parameters.checked("max-pixels", Wanted::WholeNumber, self.findings, |text| text.parse::<i64>().is_ok()) {
            Some(pixels) => node.bind.set("orx:max-pixels", pixels),
            None if parameters.get("max-pixels").is_none() => {
                self.findings.warn(place.clone(), WarningKind::NoMaxPixels)
            }
            None => {}
        }
        if !matches!(node.body.get("appearance"), None | Some("annotate")) {
            return;
        }
        if let Some(app) = parameters.checked("app", Wanted::Package, self.findings, is_package) {
            node.body.set("intent", app);
        }
    }

    pub(super) fn map(&mut self, kind: &str, node: &mut Node, parameters: &Parameters) {
        let known: &[&str] = match kind {
            "geopoint" => &["allow-mock-accuracy", "capture-accuracy", "reference-geometry", "warning-accuracy"],
            _ => &["allow-mock-accuracy", "incremental", "reference-geometry"],
        };
        parameters.allow(known, self.findings);
        if kind == "geopoint" {
            let number = |text: &str| text.parse::<f64>().is_ok();
            for (name, attribute) in
                [("capture-accuracy", "accuracyThreshold"), ("warning-accuracy", "unacceptableAccuracyThreshold")]
            {
                if let Some(metres) = parameters.checked(name, Wanted::Metres, self.findings, number) {
                    node.body.set(attribute, metres);
                }
            }
        } else if let Some(value) = parameters
            .checked("incremental", Wanted::OneOf(vec!["true".to_string()]), self.findings, |value| {
                yes_or_no(value) == Some(true)
            })
            .map(|_| "true")
        {
            node.body.set("incremental", value);
        }
        if let Some(allowed) = parameters.one_of("allow-mock-accuracy", &["true", "false"], self.findings) {
            node.bind.set("odk:allow-mock-accuracy", allowed);
        }
        if let Some(geometry) = parameters.get("reference-geometry") {
            self.geometries.push((parameters.place().clone(), geometry.to_string()));
            let items = if has_reference(geometry) {
                Items::Answers(geometry.to_string())
            } else {
                Items::List(geometry.to_string())
            };
            node.kind = Kind::Question(Control::Map(Some(items)));
        }
    }

    pub(super) fn audit(&mut self, line: Line, place: &Place) {
        const LOCATION: [&str; 3] = ["location-priority", "location-min-interval", "location-max-age"];
        const KNOWN: [&str; 6] = [
            "identify-user",
            "location-max-age",
            "location-min-interval",
            "location-priority",
            "track-changes",
            "track-changes-reasons",
        ];
        let mut node = line.node;
        if line.name.is_some_and(|name| name != "audit") {
            self.findings.problem(place.column("name"), ProblemKind::AuditName);
        }
        node.name = "audit".to_string();
        set_type(&mut node, "audit");
        let parameters = Parameters::read(line.parameters.as_deref(), place.column("parameters"), self.findings);
        parameters.allow(&KNOWN, self.findings);
        let truths: &[&str] = &["true", "false"];
        for (name, allowed) in
            [("track-changes", truths), ("track-changes-reasons", &["on-form-edit"]), ("identify-user", truths)]
        {
            if let Some(value) = parameters.one_of(name, allowed, self.findings) {
                node.bind.set(&format!("odk:{name}"), value);
            }
        }
        let given = LOCATION.iter().filter(|name| parameters.get(name).is_some()).count();
        if given == LOCATION.len() {
            let priorities = ["no-power", "low-power", "balanced", "high-accuracy"];
            let count = |text: &str| text.parse::<u64>().is_ok();
            let priority = parameters.one_of("location-priority", &priorities, self.findings);
            let interval = parameters.checked("location-min-interval", Wanted::Seconds, self.findings, count);
            let least = interval.and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
            let wanted = Wanted::SecondsAtLeast("location-min-interval");
            let age = parameters.checked("location-max-age", wanted, self.findings, |text| {
                text.parse::<u64>().is_ok_and(|age| age >= least)
            });
            for (name, value) in LOCATION.into_iter().zip([priority, interval, age]) {
                node.bind.set(&format!("odk:{name}"), value.unwrap_or_default());
            }
        } else if given > 0 {
            self.findings.problem(parameters.place().clone(), ProblemKind::PartOfLocation);
        }
        self.start_value(&mut node);
        self.meta.push(node);
    }
}

/// Whether a text can name an Android package.
fn is_package(name: &str) -> bool {
    name.contains('.')
        && name.split('.').all(|segment| {
            segment.starts_with(|first: char| first.is_ascii_alphabetic())
                && segment.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        })
}
