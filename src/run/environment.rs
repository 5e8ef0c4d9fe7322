//! Where a run happens, as far as it can change numbers or speed.

use contract::Env;

/// Fixes the thread counts of the tensor engine before any thread starts: run-level parallelism beats operator-level
/// on small networks, and unset variables make each product re-read the processor's description.
#[allow(unsafe_code)]
pub fn prepare_process() {
    for name in ["RAYON_NUM_THREADS", "CANDLE_NUM_THREADS"] {
        if std::env::var_os(name).is_none() {
            // SAFETY: called at the start of `main`, before any other thread exists.
            unsafe { std::env::set_var(name, "1") };
        }
    }
}

/// The machine and the build.
pub fn environment(jobs: usize) -> Env {
    Env {
        version: env!("CARGO_PKG_VERSION").into(),
        git: env!("NEUROMOD_GIT").into(),
        rustc: env!("NEUROMOD_RUSTC").into(),
        profile: env!("NEUROMOD_PROFILE").into(),
        target: env!("NEUROMOD_TARGET").into(),
        candle: env!("NEUROMOD_CANDLE").into(),
        cpu: cpu_name(),
        features: features(),
        cores: cores(),
        jobs,
        threads_per_run: 1,
    }
}

/// Cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn cpu_name() -> String {
    let described = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    described.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

fn features() -> Vec<String> {
    #[cfg(target_arch = "x86_64")]
    {
        let known = [
            ("avx", std::arch::is_x86_feature_detected!("avx")),
            ("avx2", std::arch::is_x86_feature_detected!("avx2")),
            ("fma", std::arch::is_x86_feature_detected!("fma")),
            ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
        ];
        known.into_iter().filter(|(_, present)| *present).map(|(name, _)| name.to_owned()).collect()
    }
    #[cfg(not(target_arch = "x86_64"))]
    Vec::new()
}
