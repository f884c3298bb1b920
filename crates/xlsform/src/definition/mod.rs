//! Reading XForm XML into a definition whose expressions are resolved once.
