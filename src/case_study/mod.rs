//! Layer 3: whole models from the literature, measured with the suite's own instruments.

pub mod go_nogo;
