//! What users live through, told over HTTP against the real binary on both databases.

mod support;

#[path = "stories/access.rs"]
mod access;
#[path = "stories/accounts.rs"]
mod accounts;
#[path = "stories/attack.rs"]
mod attack;
#[path = "stories/cases.rs"]
mod cases;
#[path = "stories/central.rs"]
mod central;
#[path = "stories/contract.rs"]
mod contract;
#[path = "stories/deidentified.rs"]
mod deidentified;
#[path = "stories/doors.rs"]
mod doors;
#[path = "stories/duplicates.rs"]
mod duplicates;
#[path = "stories/encryption.rs"]
mod encryption;
#[path = "stories/entities.rs"]
mod entities;
#[path = "stories/family.rs"]
mod family;
#[path = "stories/faults.rs"]
mod faults;
#[path = "stories/files.rs"]
mod files;
#[path = "stories/follow_ups.rs"]
mod follow_ups;
#[path = "stories/form.rs"]
mod form;
#[path = "stories/forms.rs"]
mod forms;
#[path = "stories/link.rs"]
mod link;
#[path = "stories/operations.rs"]
mod operations;
#[path = "stories/people.rs"]
mod people;
#[path = "stories/phones.rs"]
mod phones;
#[path = "stories/photo.rs"]
mod photo;
#[path = "stories/regional.rs"]
mod regional;
#[path = "stories/releases.rs"]
mod releases;
#[path = "stories/results.rs"]
mod results;
#[path = "stories/reviews.rs"]
mod reviews;
#[path = "stories/sensitive.rs"]
mod sensitive;
#[path = "stories/statistics.rs"]
mod statistics;
#[path = "stories/stats.rs"]
mod stats;
#[path = "stories/synthetic.rs"]
mod synthetic;
#[path = "stories/tracing.rs"]
mod tracing;
