//! Records of people who do not exist, with the figures of those who do.

mod choose;
mod fit;
mod marginals;
mod measure;

pub use marginals::{Asked, Refused, Synthesis, marginals};
