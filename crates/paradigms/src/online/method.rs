//! The online paradigm's methods: how much of the past counts, how fast the network learns, when it starts afresh.

use serde::{Deserialize, Serialize};

use super::agent::Agent;
use super::baselines::{Majority, NoChange};
use super::detector::{Adwin, Detector, PageHinkley};
use super::network::{Decay, Network};
use super::parameters::{
    AdwinSettings, DecayedRate, Nothing, PageHinkleySettings, Rate, ReplaySettings, StandardisedSettings,
    WindowSettings,
};
use super::past::{Replay, Window};
use super::settings::OnlineSettings;
use super::standardise::Standardise;
use base::error::{DefinitionError, Error, Result};
use base::rng::Streams;
use contract::definition::MethodPreset;
use contract::{Reader, Registered, Trace, reads, registered};
use learn::modulation::ModulationSpec;
use learn::objective::{Objective, Weighted};
use learn::{Learner, modulated};

/// A method with complete parameters. `rate`, where given, replaces the optimiser's learning rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "parameters", rename_all = "kebab-case")]
pub enum OnlineMethod {
    NoChange(Nothing),
    Majority(Nothing),
    Latest(Rate),
    DecayedRate(DecayedRate),
    Standardised(StandardisedSettings),
    Window(WindowSettings),
    Replay(ReplaySettings),
    OracleReset(Rate),
    AdwinReset(AdwinSettings),
    PageHinkleyReset(PageHinkleySettings),
}

/// All kinds.
pub(super) const METHODS: &[Registered<Reader<OnlineMethod>>] = &[
    reads!(
        "no-change",
        OnlineMethod::NoChange(Nothing),
        "ŷ_t = y_{t−1}, the label seen last",
        "baseline: the no-change classifier"
    ),
    reads!(
        "majority",
        OnlineMethod::Majority(Nothing),
        "ŷ_t = the label seen most often so far; ties to the class seen first",
        "baseline: the majority class"
    ),
    reads!(
        "latest",
        OnlineMethod::Latest(Rate),
        "L_T(θ; z_T): Eq. 7 with λ_t = 1 for the newest mini-batch alone",
        "Mei et al. 2025, Eq. 7"
    ),
    reads!(
        "decayed-rate",
        OnlineMethod::DecayedRate(DecayedRate),
        "L_T(θ; z_T) with learning rate η (1 + n/τ)^(−p) at update n",
        "Robbins & Monro 1951"
    ),
    reads!(
        "standardised",
        OnlineMethod::Standardised(StandardisedSettings),
        "L_T(θ; z_T) with inputs (x − μ)/σ by the running mean and standard deviation of each feature",
        "baseline: running standardisation"
    ),
    reads!(
        "window",
        OnlineMethod::Window(WindowSettings),
        "Σ_{t=T−W+1}^{T} γ^(T−t) L_t(θ; z_t): Eq. 7 with λ_t = γ^(T−t) over the last W mini-batches",
        "Mei et al. 2025, Eq. 7"
    ),
    reads!(
        "replay",
        OnlineMethod::Replay(ReplaySettings),
        "L_T(θ; z_T) + λ · mean L(θ; z) over samples drawn from the last W mini-batches",
        "Lin 1992"
    ),
    reads!(
        "oracle-reset",
        OnlineMethod::OracleReset(Rate),
        "L_T(θ; z_T); θ ← θ_0 at each change, which it is told",
        "oracle"
    ),
    reads!(
        "adwin-reset",
        OnlineMethod::AdwinReset(AdwinSettings),
        "L_T(θ; z_T); θ ← θ_0 when ADWIN(δ) finds that its errors rise",
        "Bifet & Gavaldà 2007"
    ),
    reads!(
        "page-hinkley-reset",
        OnlineMethod::PageHinkleyReset(PageHinkleySettings),
        "L_T(θ; z_T); θ ← θ_0 when the Page–Hinkley test (δ, λ, α) finds that its errors rise",
        "Page 1954; Gama et al. 2013"
    ),
];

impl OnlineMethod {
    /// Reads and checks a preset for one benchmark.
    ///
    /// # Errors
    /// Definition errors that point into the preset's file.
    pub fn resolve(preset: &MethodPreset, benchmark: &str) -> Result<Self> {
        (registered(METHODS, preset)?.means)(preset, benchmark)
    }

    /// The learning rate that replaces the optimiser's.
    pub fn rate(&self) -> Option<f32> {
        match self {
            Self::NoChange(_) | Self::Majority(_) => None,
            Self::Latest(Rate { rate })
            | Self::OracleReset(Rate { rate })
            | Self::DecayedRate(DecayedRate { rate, .. })
            | Self::Standardised(StandardisedSettings { rate, .. })
            | Self::Window(WindowSettings { rate, .. })
            | Self::Replay(ReplaySettings { rate, .. })
            | Self::AdwinReset(AdwinSettings { rate, .. })
            | Self::PageHinkleyReset(PageHinkleySettings { rate, .. }) => *rate,
        }
    }

    /// Past samples that an update trains on, for mini-batches of `batch`.
    pub fn past_samples(&self, batch: usize) -> usize {
        match self {
            Self::Window(WindowSettings { length, gamma, .. }) if *gamma > 0.0 => {
                (length - 1).saturating_mul(batch)
            }
            Self::Replay(ReplaySettings { samples, .. }) => *samples,
            _ => 0,
        }
    }

    /// The parameter that decides how many those are.
    pub fn past_key(&self) -> &'static str {
        if matches!(self, Self::Window(_)) {
            "parameters.length (times the mini-batch)"
        } else {
            "parameters.samples"
        }
    }

    /// Whether a network learns at all.
    pub fn has_network(&self) -> bool {
        !matches!(self, Self::NoChange(_) | Self::Majority(_))
    }

    /// Terms beside the newest mini-batch's loss.
    fn terms(&self, streams: &Streams) -> Vec<Weighted> {
        match self {
            // Eq. 7: the objective is the newest loss, λ_T = 1, plus the older ones with λ_t = γ^(T−t).
            Self::Window(WindowSettings { length, gamma, .. }) => {
                vec![Weighted::new(1.0, Window::new(*length, *gamma))]
            }
            Self::Replay(ReplaySettings { length, samples, weight, .. }) => {
                let term = Replay::new(*length, *samples, streams.fast("learner/replay"));
                vec![Weighted::new(*weight, term)]
            }
            _ => Vec::new(),
        }
    }

    /// A preset's neuromodulators, checked against this method.
    ///
    /// # Errors
    /// Definition errors that point into the preset's file.
    pub(super) fn modulation(
        &self,
        preset: &MethodPreset,
        benchmark: &str,
        settings: &OnlineSettings,
    ) -> Result<Option<ModulationSpec>> {
        let stream = &settings.stream;
        let network = (&settings.model, stream.shape(), stream.classes());
        let terms = self.terms(&Streams::new(0));
        // An oracle may be told about changes; a control that uses it says so by its source.
        let states = stream.states() > 1;
        let stage = modulated::Stage { boundaries: true, states, classes: true, task: true, winners: false };
        let spec = modulated::resolve(preset, benchmark, network, &settings.optimiser, &terms, stage)?;
        if spec.is_some() && !self.has_network() {
            let allowed = "no modulation: this kind has no network";
            return Err(preset.refuse(DefinitionError::range("modulation", "a table", allowed)));
        }
        Ok(spec)
    }

    /// Builds the learner.
    ///
    /// # Errors
    /// Engine errors.
    pub fn build(
        &self,
        settings: &OnlineSettings,
        modulation: Option<&ModulationSpec>,
        trace: Option<&Trace>,
        streams: &Streams,
    ) -> Result<Agent> {
        let network = |decay: Option<Decay>, detector: Option<Box<dyn Detector>>| {
            let stream = &settings.stream;
            let model = settings.model.build(stream.shape(), stream.classes(), streams)?;
            let objective = Objective::new(self.terms(streams));
            let learner = Learner::new(model, objective, settings.optimiser.build(), streams)
                .modulated(modulation, trace)?;
            let past = self.past_samples(settings.batch);
            Ok::<_, Error>(Network::new(learner, decay, detector)?.with_past(past))
        };
        let network = match self {
            Self::NoChange(_) => return Ok(Agent::Blind(Box::<NoChange>::default())),
            Self::Majority(_) => return Ok(Agent::Blind(Box::<Majority>::default())),
            Self::Latest(_) | Self::Window(_) | Self::Replay(_) => network(None, None)?,
            Self::DecayedRate(DecayedRate { tau, power, .. }) => {
                network(Some(Decay { tau: *tau, power: *power }), None)?
            }
            Self::Standardised(StandardisedSettings { follow, .. }) => {
                network(None, None)?.with_inputs(Standardise::new(*follow))
            }
            Self::OracleReset(_) => {
                return Ok(Agent::Oracle(Box::new(network(None, None)?.reset_when_told())));
            }
            Self::AdwinReset(AdwinSettings { delta, .. }) => {
                network(None, Some(Box::new(Adwin::new(*delta))))?
            }
            Self::PageHinkleyReset(PageHinkleySettings { delta, threshold, alpha, fewest, .. }) => {
                let detector = PageHinkley::new(*delta, *threshold, *alpha, *fewest);
                network(None, Some(Box::new(detector)))?
            }
        };
        let oracle = modulation.is_some_and(ModulationSpec::is_oracle);
        Ok(if oracle { Agent::Oracle(Box::new(network)) } else { Agent::Blind(Box::new(network)) })
    }
}
