//! What a run cost, in counts: from the log's footprint, which says what was held and done.

use contract::{MetricValue, RunLog};

fn count(n: u64) -> MetricValue {
    MetricValue::from(n as f64)
}

pub(super) fn parameters(log: &RunLog) -> MetricValue {
    count(log.footprint.parameters)
}

pub(super) fn state_bytes(log: &RunLog) -> MetricValue {
    count(log.footprint.state_bytes)
}

pub(super) fn memory_bytes(log: &RunLog) -> MetricValue {
    count(log.footprint.replay_bytes)
}

pub(super) fn multiply_adds(log: &RunLog) -> MetricValue {
    count(log.footprint.multiply_adds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Footprint;

    #[test]
    fn counts_are_those_of_the_footprint() {
        let footprint = Footprint {
            parameters: 1,
            state_bytes: 2,
            replay_bytes: 3,
            multiply_adds: 4,
            ..Footprint::default()
        };
        let log = RunLog { footprint, ..RunLog::default() };
        let all = [parameters(&log), state_bytes(&log), memory_bytes(&log), multiply_adds(&log)];
        assert_eq!(all.map(|value| value.value()), [Some(1.0), Some(2.0), Some(3.0), Some(4.0)]);
    }
}
