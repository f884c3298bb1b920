//! Statistics: figures about the people who agreed to be counted.
//!
//! What is counted is defined once, in `reference/indicators.toml`, and told with every figure. `facts` is what the house
//! holds as far as figures need it, `figures` counts it; both know nobody who did not agree.

pub mod figures;
mod model;
pub mod releases;

pub use model::{
    Cell, Dimension, Exploitation, Figures, Indicator, IndicatorId, NONE, Period, Question, Span, Text, UNKNOWN, Unit,
};
