//! Two organisations find whom both know without showing each other their lists.
//!
//! Each person becomes a code: a keyed Bloom filter of the whole record (a cryptographic long-term
//! key, Schnell, Bachteler and Reiher 2009 and 2011). What is written of a person is taken apart
//! into small pieces, the pairs of letters of names among them; each piece sets a few bits of the
//! code, and which bits only those know who hold the [`Secret`]. Two spellings of one name share most
//! pieces, so their codes share most bits, and codes can be compared by whoever must not read
//! the names. Each organisation writes its codes with one agreed secret ([`encode`]); either, or
//! better a third that has no secret, compares them ([`compare`]).
//!
//! - **Pieces**: pairs of letters of each part of a name in its Latin form, and of what is heard of
//!   it ([`crate::Skeleton`]), so that scripts do not matter and neither does the order of given
//!   and family name; of a date the year, its neighbours, day and month in either order, and each digit
//!   at its place; of numbers pairs of digits.
//! - **Fields** have a key of their own, derived from the secret and all parameters (HKDF), and a
//!   number of bits for each piece of their own: a name says more than a place.
//! - **Positions** are drawn from a keyed random stream (HMAC-SHA-256 in counter mode) for each
//!   piece, not by double hashing, whose few patterns gave codes away (Niedermeyer, Steinmetzer,
//!   Kroll and Schnell 2014).
//! - **Hardening** is not optional: codes are balanced (Schnell and Borgs 2016), so that the number
//!   of bits says nothing of the length of a name, or folded by exclusive or (Schnell and Borgs
//!   2016), so that no bit stands for one piece any more; and they can be salted by what does not
//!   change of a person, so that a frequent name is not frequent in the codes.
//! - **Weak parameters are refused** ([`Weak`]).
//!
//! # What this does not protect from
//!
//! A code is no encryption. It is made to be compared, so it gives away how alike people are, and
//! from that alone much has been found out in the literature:
//!
//! - **Who holds the secret reads the codes.** Names are few: whoever can encode can encode every name
//!   there is and compare. Each of the two organisations can do that to the other's codes. Only
//!   an agreement prevents it, and a third who compares and holds no secret.
//! - **Frequency alignment** (Kuzu, Kantarcioglu, Durham and Malin 2011; Niedermeyer et al. 2014): the
//!   commonest codes or bits belong to the commonest names. Codes of whole records hardly repeat, which
//!   weakens this; people of whom little is known are left out, because theirs would.
//! - **Pattern mining** (Christen, Schnell, Vatsalan and Ranbaduge 2017; Christen, Vidanage, Ranbaduge
//!   and Schnell 2018): bits that are often set together are one frequent piece. It needs no secret and
//!   works on codes of several fields. Folding and salting blunt it; balancing alone does not.
//! - **Graph matching** (Vidanage, Christen, Ranbaduge and Schnell 2020): who is how like whom among
//!   the codes is laid over who is how like whom in a public list, for example a voters' roll. It
//!   needs nothing but similarities, so **no hardening that leaves codes comparable stops it**. What
//!   stops it is that nobody gets the codes who has such a list and ill will.
//!
//! So codes are as confidential as the names; they lessen what an honest reader learns and what
//! a stray copy betrays, no more. What to agree on, and who may hold what, stands in
//! `crates/linkage/PRIVATE.md`.
//!
//! ```
//! use linkage::private::{Encoder, Field, Parameters, Secret};
//!
//! let secret = Secret::generate();
//! let encoder = Encoder::new(&secret, &Parameters::default()).unwrap();
//! let one = encoder.encode([(Field::Name, "Youssef Chokri"), (Field::Birth, "1990-12-31")]).unwrap();
//! let other = encoder.encode([(Field::Name, "شكري يوسف"), (Field::Birth, "31/12/1990")]).unwrap();
//! let third = encoder.encode([(Field::Name, "Carlos Pérez"), (Field::Birth, "1971-02-03")]).unwrap();
//! assert!(one.similarity(&other) > third.similarity(&other) + 0.2);
//! ```

mod codes;
mod columns;
mod compare;
mod encoder;
mod parameters;
mod pieces;
mod secret;

pub use codes::{Code, Codes};
pub use columns::{Choice, encode};
pub use compare::{Compared, Found, Search, compare, write_pairs};
pub use encoder::Encoder;
pub use parameters::{Field, Hardening, Parameters, Salt, Weak};
pub use secret::Secret;
