//! The cells of a workbook, with where they stand, whatever the file format.
