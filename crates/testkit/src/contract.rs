//! Suites that a fake and the real adapter both pass. They panic with what does not hold.
