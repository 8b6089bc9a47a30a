//! The controls, one by one.
