//! Values of a person, dates among them, on their way into a code: a line for each field.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use linkage::private::{Encoder, Field, Hardening, Parameters, Salt, Secret};

static ENCODERS: LazyLock<Vec<Encoder>> = LazyLock::new(|| {
    let secret = Secret::new(&std::array::from_fn::<u8, 32, _>(|at| (at * 37 + 129) as u8)).unwrap();
    let ways = [(Hardening::Folded, Salt::None), (Hardening::Balanced, Salt::BirthYear), (Hardening::Folded, Salt::Sex)];
    let encoder = |(hardening, salt)| Encoder::new(&secret, &Parameters { hardening, salt, ..Parameters::default() });
    ways.map(|way| encoder(way).unwrap()).into()
});

fuzz_target!(|text: &str| {
    let values: Vec<(Field, &str)> = Field::ALL.into_iter().zip(text.split('\n')).collect();
    for encoder in ENCODERS.iter() {
        if let Some(code) = encoder.encode(values.iter().copied()) {
            assert_eq!(code.similarity(&code), 1.0);
            assert_eq!(encoder.encode(values.iter().rev().copied()), Some(code));
        }
    }
});
