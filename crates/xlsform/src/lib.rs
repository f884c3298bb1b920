//! Questionnaires as the field writes them: XLSForm is read, XForm is written, and what is answered is evaluated.
//!
//! A [`workbook`] holds the cells of a file, whatever its format; a [`form`] is what they mean; [`xform`] writes it as
//! XForm XML. A [`definition`] is such an XForm read again, with its [`xpath`] expressions resolved; [`fill`] holds the
//! answers of one who fills it in and says what is relevant, required and allowed. [`encryption`] opens what devices encrypted.

#![forbid(unsafe_code)]

pub mod definition;
pub mod encryption;
pub mod entities;
pub mod fill;
pub mod form;
pub mod kinds;
pub mod workbook;
pub mod xform;
pub mod xpath;
