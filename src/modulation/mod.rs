//! Layer 2: neuromodulators as gains. A neuromodulator is a name; what it does comes from what drives it (source),
//! how it evolves ([`Level`]), and what it scales ([`Receptor`]). Dopamine and noradrenaline of the case studies are
//! instances of these, not private copies.

mod level;
mod receptor;

pub use level::{Level, Release};
pub use receptor::{Receptor, Response};
