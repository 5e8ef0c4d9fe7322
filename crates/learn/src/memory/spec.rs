//! A memory as a setting.

use serde::{Deserialize, Serialize};

use contract::settings;

/// Which samples stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// Every sample of the stream is equally likely to stay (Vitter 1985, algorithm R).
    #[default]
    Reservoir,
    /// Every output label seen has an equal share, within which every sample is equally likely to stay (Chrysakis & Moens
    /// 2020).
    ClassBalanced,
    /// The first samples of every output label, as many as its equal share; a new label takes its share from the largest (Prabhu
    /// et al. 2020, Algorithm 1).
    Greedy,
}

/// When samples are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fill {
    /// Those of every batch, after its update; needs no boundary.
    #[default]
    Batch,
    /// All of a task when it ends, so that what is drawn is of earlier tasks alone.
    TaskEnd,
}

/// What the past counts beside the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weighing {
    /// By samples: m/(n + m) for m drawn beside a batch of n, one mean over both.
    #[default]
    Mean,
    /// By tasks: (t − 1)/t while the t-th is learned; needs boundaries.
    Tasks,
    /// Both whole: the past's mean is added to the batch's (Aljundi et al. 2019).
    Sum,
}

settings! {
    /// A memory's settings.
    #[derive(Debug, Clone, PartialEq)]
    pub struct MemorySpec {
        /// past samples that are kept, at most the training samples of the benchmark
        pub samples: usize = 500 => [1 to 10000000];
        /// which stay: all samples with equal chance, an equal share per label seen, or the first ones of each label up to that share
        pub policy: Policy = Policy::Reservoir => ["reservoir" | "class-balanced" | "greedy"];
        /// when samples are stored: after each update, or when their task has ended (needs `boundary`)
        pub fill: Fill = Fill::Batch => ["batch" | "task-end"];
        /// samples drawn per update
        #[serde(skip_serializing_if = "Option::is_none")]
        pub draw: Option<usize> = None => [or "as many as the batch has"; 1 to 65536];
    }
}

settings! {
    /// A memory of which the method itself says what stays and when.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Capacity {
        /// past samples that are kept, at most the training samples of the benchmark
        pub samples: usize = 500 => [1 to 10000000];
        /// samples drawn per update
        #[serde(skip_serializing_if = "Option::is_none")]
        pub draw: Option<usize> = None => [or "as many as the batch has"; 1 to 65536];
    }
}

impl MemorySpec {
    /// Most bytes that this memory will ever hold, for samples of so many features and a network of so many outputs.
    pub fn declared_bytes(&self, features: usize, outputs: usize, logits: bool) -> u64 {
        let scores = if logits { outputs * size_of::<f32>() } else { 0 };
        let entry = features * size_of::<f32>() + 2 * size_of::<u32>() + outputs + scores;
        (self.samples * entry) as u64
    }
}

impl Capacity {
    /// As the settings of a memory with a policy.
    pub fn with(&self, policy: Policy) -> MemorySpec {
        MemorySpec { samples: self.samples, draw: self.draw, policy, ..MemorySpec::default() }
    }
}
