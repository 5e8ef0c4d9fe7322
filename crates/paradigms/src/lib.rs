//! The learning paradigms of Mei et al. 2025. Each turns a checked spec and a seed into a log.

pub mod incremental;
pub mod meta;
pub mod method;
pub mod multi_task;
pub mod online;
pub mod resolved;
pub mod sequential;
pub mod transfer;

pub use incremental::Incremental;
pub use meta::Meta;
pub use multi_task::MultiTask;
pub use online::Online;
pub use sequential::Sequential;
pub use transfer::Transfer;
