//! Generative replay: a generator draws samples of the past, the network of the past says what they are.

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, Settings, entry};
use base::error::DefinitionError;
use base::rng::Streams;
use base::state::State;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::{Event, EventContext, StepContext};
use learn::error::Result;
use learn::generator::{Generator, GeneratorSpec};
use learn::nn::{Active, argmax, cross_entropy, read, soft_cross_entropy, softened};
use learn::objective::{LossTerm, PastModel, Weighted};
use learn::stream::Batch;

/// What the network of the past says of a drawn sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answers {
    /// Its best class.
    #[default]
    Hard,
    /// Its scores, softened.
    Soft,
}

settings! {
    /// Generative replay.
    #[derive(Debug, Clone)]
    struct GenerativeReplay {
        /// λ, on top of 1 − 1/t
        lambda: f32 = 1.0 => [at least 0];
        /// what the past network says: its best class, or its softened scores
        answers: Answers = Answers::Hard => ["hard" | "soft"];
        /// T of soft answers
        temperature: f32 = 2.0 => [above 0];
        generator: GeneratorSpec = GeneratorSpec::default() => [each GeneratorSpec::PARAMETERS];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<GenerativeReplay>(MethodInfo {
    kind: "generative-replay",
    summary: "Generative replay: a variational autoencoder draws samples of the past, which the network as it was labels; no sample is stored",
    formula: "(1/t) L_t(θ) + λ (1 − 1/t) L_G(θ), L_G over as many drawn samples as the batch has; task: mean over past heads",
    source: "Shin et al. 2017; form of van de Ven et al. 2020, 2022",
    mapping: "van de Ven: DGR = answers hard, λ = 1; with distillation answers soft, T = 2.",
    strength: "lambda",
    needs: &[Reveal::Boundary],
    parameters: GenerativeReplay::PARAMETERS,
});

impl Settings for GenerativeReplay {
    fn check(&self) -> Result<(), DefinitionError> {
        self.check_ranges()?;
        self.generator.check_layers()
    }

    fn compose(&self) -> Composition {
        let term = Dream {
            answers: self.answers,
            temperature: self.temperature,
            generator: Generator::new(&self.generator),
            past: PastModel::default(),
            passes: 0,
            network: 1,
        };
        let terms = vec![Weighted::new(self.lambda, term)];
        let classes = Some(("", "the network of the past labels what it draws with a class"));
        Composition { terms, classes, only_unit_inputs: true, extra_work: 6.0, ..Composition::default() }
    }
}

struct Dream {
    answers: Answers,
    temperature: f32,
    generator: Generator,
    past: PastModel,
    /// Drawn samples that the network has learned from, a backward pass counted as two.
    passes: u64,
    /// Multiply–adds of the network for a sample.
    network: u64,
}

impl Dream {
    /// The past's share of the loss, 1 − 1/t in the t-th task.
    fn share(&self) -> f32 {
        1.0 - 1.0 / (1.0 + self.past.tasks() as f32)
    }

    /// The loss on drawn samples as one head of the past answers them.
    fn loss(&self, scores: &Tensor, past: &Tensor, own: &Active, cx: &StepContext<'_>) -> Result<Tensor> {
        // Outside a task's own head all classes met so far compete.
        let compete = if cx.batch.task.is_some() { own } else { &cx.batch.active };
        match self.answers {
            Answers::Soft => {
                let wanted = softened(past, own, self.temperature)?;
                soft_cross_entropy(scores, wanted, compete, self.temperature)
            }
            Answers::Hard => {
                let width = past.dim(1)?;
                let labels = read(&past.contiguous()?, |rows| {
                    let rows = rows.chunks_exact(width);
                    rows.map(|row| argmax(row, own.mask(0)) as u32).collect::<Vec<u32>>()
                })?;
                Ok(cross_entropy(scores, &labels, compete, cx.gains.temperature)?.0)
            }
        }
    }
}

impl LossTerm for Dream {
    fn name(&self) -> &'static str {
        "generative-replay"
    }

    fn begin(&mut self, streams: &Streams) {
        self.generator.begin(streams);
    }

    fn task_factor(&self, _cx: &StepContext<'_>) -> f32 {
        1.0 - self.share()
    }

    fn replays(&self) -> bool {
        true
    }

    fn forward(&mut self, cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        self.network = cx.model.multiply_adds().max(1);
        if self.generator.is_empty() {
            return Ok(None);
        }
        let count = (cx.batch.samples() as f32 * cx.gains.replay).round().max(1.0) as usize;
        let drawn = self.generator.draw(count)?;
        let past = self.past.scores_of(&drawn, cx)?;
        let scores = cx.model.forward(&drawn, &cx.gains.unmasked())?;
        self.passes += 3 * count as u64;
        let (mut sum, mut heads) = (None::<Tensor>, 0u32);
        for own in self.past.heads() {
            let loss = self.loss(&scores, &past, &own, cx)?;
            sum = Some(sum.map_or(Ok(loss.clone()), |sum| sum + loss)?);
            heads += 1;
        }
        Ok(sum.map(|sum| sum * (f64::from(self.share()) / f64::from(heads))).transpose()?)
    }

    fn after_batch(&mut self, batch: &Batch) -> Result<()> {
        self.generator.see(batch, self.share())
    }

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        match event {
            Event::TaskEnd { index } => self.past.keep(index, cx).and_then(|()| self.generator.keep()),
            Event::TaskStart { .. } => Ok(()),
        }
    }

    fn extra_passes(&self) -> u64 {
        self.passes + self.past.passes() + self.generator.multiply_adds() / self.network
    }

    fn state_bytes(&self) -> u64 {
        self.past.save().bytes() + self.generator.bytes()
    }

    fn save(&self) -> State {
        let mut state =
            State::default().number("passes", self.passes as f64).number("network", self.network as f64);
        state.parts.insert("past".into(), self.past.save());
        state.parts.insert("generator".into(), self.generator.save());
        state
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.passes = state.get_number("passes")? as u64;
        self.network = state.get_number("network")? as u64;
        self.past.load(state.get_part("past")?)?;
        self.generator.load(state.get_part("generator")?)
    }
}
