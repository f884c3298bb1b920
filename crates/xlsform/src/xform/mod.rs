//! Writing a form as XForm XML.
