//! XPath 1.0 as ODK uses it.
