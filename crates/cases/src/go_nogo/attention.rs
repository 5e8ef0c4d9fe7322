//! Attention per dimension: gains of the visual and auditory inputs follow the share of learned evidence of each dimension
//! (after Mackintosh 1975); noradrenaline flattens them toward 1.

use super::model::AttentionSettings;

/// The two gains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attention {
    /// Visual, auditory.
    pub gains: [f32; 2],
    settings: AttentionSettings,
}

impl Attention {
    /// Both gains 1.
    pub fn new(settings: AttentionSettings) -> Self {
        Self { gains: [1.0; 2], settings }
    }

    /// One trial. `evidence`: how differently the two values of each dimension drive the actor, ≥ 0;
    /// `flattening`: how far noradrenaline moves the gains toward 1, in [0, 1].
    pub fn update(&mut self, evidence: [f32; 2], flattening: f32) {
        if !self.settings.enabled {
            return;
        }
        let total = evidence[0] + evidence[1] + 1e-3;
        for (gain, evidence) in self.gains.iter_mut().zip(evidence) {
            *gain += self.settings.rate * (2.0 * evidence / total - *gain);
            *gain += flattening * (1.0 - *gain);
            *gain = gain.clamp(2.0 - self.settings.limit, self.settings.limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON: AttentionSettings =
        AttentionSettings { enabled: true, rate: 0.05, limit: 1.7, flattening: 0.15 };

    #[test]
    fn gains_move_to_the_share_of_evidence_and_flatten_under_noradrenaline() {
        let mut attention = Attention::new(ON);
        attention.update([0.3, 0.1], 0.0);
        // 1 + 0.05 · (2 · 0.3/0.401 − 1) and 1 + 0.05 · (2 · 0.1/0.401 − 1)
        assert!((attention.gains[0] - 1.024_813).abs() < 1e-5, "{:?}", attention.gains);
        assert!((attention.gains[1] - 0.974_938).abs() < 1e-5, "{:?}", attention.gains);
        let before = attention.gains[0];
        attention.update([0.2, 0.2], 1.0);
        assert_eq!(attention.gains, [1.0, 1.0], "from {before}");
    }

    #[test]
    fn gains_stay_within_their_limits_and_off_means_one() {
        let mut attention = Attention::new(AttentionSettings { rate: 1.0, ..ON });
        attention.update([1.0, 0.0], 0.0);
        assert_eq!(attention.gains, [1.7, 2.0 - 1.7]);
        let mut off = Attention::new(AttentionSettings { enabled: false, ..ON });
        off.update([1.0, 0.0], 0.0);
        assert_eq!(off.gains, [1.0, 1.0]);
    }
}
