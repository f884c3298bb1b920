//! Records of people who do not exist, with the figures of those who do.

mod choose;
mod fit;
mod marginals;
mod measure;
mod seeded;

pub use marginals::{Asked, Refused, Synthesis, cost, marginals, noise_of_a_column};
pub use seeded::{Aggregates, Told};
