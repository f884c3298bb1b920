//! What the sheets of an XLSForm mean.
