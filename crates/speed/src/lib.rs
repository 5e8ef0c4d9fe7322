//! Nothing but a home for the Criterion targets in `benches/`.
