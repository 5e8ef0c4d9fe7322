//! Judges two sets of scores of the same seeds: mean difference, its interval, the p of the exact sign-flip test.
//!
//! `cargo run --release --example judge_scores`

use neuromod_bench::base::stats::{SignFlip, mean, mean_interval, smallest_p};

fn main() {
    // Accuracies of ten seeds, the same ones for both: pairs.
    let mechanism = [0.81, 0.79, 0.84, 0.80, 0.83, 0.78, 0.82, 0.85, 0.80, 0.81];
    let constant = [0.78, 0.78, 0.80, 0.79, 0.80, 0.77, 0.80, 0.81, 0.79, 0.79];
    for (name, scores) in [("mechanism", &mechanism), ("tuned constant", &constant)] {
        let (Some(mean), Some(interval)) = (mean(scores), mean_interval(scores)) else { continue };
        println!("{name:14} {mean:.3} [{:.3}, {:.3}]", interval.low, interval.high);
    }
    let differences: Vec<f64> = mechanism.iter().zip(constant).map(|(one, other)| one - other).collect();
    let Some(test) = SignFlip::new(&differences) else { return };
    print!("difference     {:+.3}", test.mean());
    if let Some(interval) = test.interval(0.05) {
        print!(" [{:+.3}, {:+.3}]", interval.low, interval.high);
    }
    println!(
        ", p {:.4} (the smallest that ten pairs can give is {:.4})",
        test.p(),
        smallest_p(differences.len())
    );
}
