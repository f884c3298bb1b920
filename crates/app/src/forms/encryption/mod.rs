//! Submissions encrypted on the device (ODK's encrypted forms): with a key of the house, which reads them as they come,
//! or with the form's own, of which the house has only the public half.
//!
//! The engine knows the format; here keys are kept, forms are given them, and what comes is put together and opened.

pub(super) mod archive;
pub(super) mod arrival;
mod keys;
pub(super) mod pages;

pub(super) use keys::{Rewritten, carried_over, unmarked};

crate::codes! {
    /// Why an encrypted submission is not read.
    "encrypted" Encrypted {
        /// The form's own key is needed, which the house has not.
        Own = "own",
        /// Not all of its files have come.
        Incomplete = "incomplete",
        /// No key of the form opens it.
        OtherKey = "other_key",
        /// A file of it is not whole, or what it holds is no record.
        Damaged = "damaged",
        /// Something in it is not what was signed.
        Altered = "altered",
    }
}
