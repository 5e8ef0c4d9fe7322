//! Does a mechanism help? Four questions with a p each, corrected over all mechanisms of which the same is asked; the words
//! follow the corrected p.
//!
//! A mechanism helps when it beats *each* required control. The p of that is the largest of the paired two-sided p (an
//! intersection–union test), so that no correction is due inside the question; across mechanisms Holm's is. The same holds
//! of every other question: is it better or worse than no modulation, than every tuned constant, than the tuned optimiser,
//! than its own signals as plain inputs?

use super::comparison::{Answer, Comparison, Direction};
use super::finding::{Finding, NoVerdict, Question, REQUIRED};
use super::holm::holm;

/// What is known about a mechanism before it is judged.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Case {
    pub comparisons: Vec<Comparison>,
    /// A reason why no verdict is possible, whatever the comparisons say.
    pub obstacle: Option<NoVerdict>,
    /// Targets of which a decay that is blind to changes is asked for and was not run.
    pub undecayed: Vec<String>,
}

/// What came out for one mechanism on one benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    pub finding: Finding,
    /// The questions whose answers the words rest on: all of them have to hold.
    pub rests_on: Vec<Question>,
    /// The question whose answer the second half of the words denies.
    pub denies: Option<Question>,
    /// What the words would be without the correction, where that is something else.
    pub uncorrected: Option<Finding>,
    /// Answers by question, in order; empty without a verdict.
    pub answers: Vec<(Question, Answer)>,
    /// Required controls first.
    pub comparisons: Vec<Comparison>,
    /// As in [`Case`].
    pub undecayed: Vec<String>,
}

impl Verdict {
    /// The answer to a question.
    pub fn answer(&self, question: Question) -> Option<&Answer> {
        self.answers.iter().find(|(asked, _)| *asked == question).map(|(_, answer)| answer)
    }

    /// Whether two questions are carried by one and the same control.
    pub fn same(&self, a: Question, b: Question) -> bool {
        match (self.answer(a), self.answer(b)) {
            (Some(a), Some(b)) => a.carried_by.method == b.carried_by.method,
            _ => false,
        }
    }

    /// p of the words: the largest of those they rest on, without and with correction. `None` without a verdict.
    pub fn p(&self) -> Option<(f64, f64)> {
        let answers = self.rests_on.iter().filter_map(|question| self.answer(*question));
        answers.map(|answer| (answer.p, answer.corrected)).reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)))
    }
}

/// Judges all mechanisms of a report together: Holm's correction of each question goes over all that have a verdict, and
/// over those that only lack planned runs, as if their p were 1: what is missing makes no word of another bolder.
pub fn judge(cases: Vec<Case>) -> Vec<Verdict> {
    let withheld = |case: &&Case| matches!(case.obstacle, Some(NoVerdict::Missing { .. }));
    let withheld = cases.iter().filter(withheld).count();
    let mut verdicts: Vec<Verdict> = cases.into_iter().map(asked).collect();
    for question in Question::ALL {
        let mut family: Vec<&mut Answer> = verdicts
            .iter_mut()
            .flat_map(|verdict| &mut verdict.answers)
            .filter_map(|(asked, answer)| (*asked == question).then_some(answer))
            .collect();
        let p = family.iter().map(|answer| answer.p).chain(std::iter::repeat_n(1.0, withheld));
        let p: Vec<f64> = p.collect();
        family.iter_mut().zip(holm(&p)).for_each(|(answer, corrected)| answer.corrected = corrected);
    }
    for verdict in verdicts.iter_mut().filter(|verdict| !verdict.answers.is_empty()) {
        let (finding, rests_on, denies) = decide(verdict, true);
        let (bold, ..) = decide(verdict, false);
        verdict.uncorrected = (bold != finding).then_some(bold);
        (verdict.finding, verdict.rests_on, verdict.denies) = (finding, rests_on, denies);
    }
    verdicts
}

/// A mechanism with its answers, not yet corrected, or the reason why it has no verdict.
fn asked(case: Case) -> Verdict {
    let mut comparisons = case.comparisons;
    let rank = |kind: &str| REQUIRED.iter().position(|known| *known == kind).unwrap_or(REQUIRED.len());
    comparisons.sort_by(|a, b| {
        rank(&a.control)
            .cmp(&rank(&b.control))
            .then_with(|| (&a.control, &a.method).cmp(&(&b.control, &b.method)))
    });
    let run = |kind: &&str| comparisons.iter().any(|comparison| comparison.control == *kind);
    let missing: Vec<String> =
        REQUIRED.iter().filter(|kind| !run(kind)).map(|kind| (*kind).to_owned()).collect();
    let answer = |question: Question| {
        Answer::new(comparisons.iter().filter(|comparison| question.asks(&comparison.control)))
    };
    let obstacle = case
        .obstacle
        .or_else(|| (!missing.is_empty()).then_some(NoVerdict::Incomplete(missing)))
        .or_else(|| answer(Question::Benefit).is_none().then_some(NoVerdict::TooFewSeeds));
    let answers = match obstacle {
        Some(_) => Vec::new(),
        None => Question::ALL.iter().filter_map(|question| Some((*question, answer(*question)?))).collect(),
    };
    let finding = obstacle.map_or(Finding::NoDifference, Finding::None);
    Verdict {
        finding,
        rests_on: Vec::new(),
        denies: None,
        uncorrected: None,
        answers,
        comparisons,
        undecayed: case.undecayed,
    }
}

/// The words, what they rest on, and what they deny.
fn decide(verdict: &Verdict, corrected: bool) -> (Finding, Vec<Question>, Option<Question>) {
    use Question::{Benefit, Decay, Information, TunedConstant, TunedOptimiser, Unmodulated};
    let says = |question, direction| {
        verdict.answer(question).is_some_and(|answer| answer.says(direction, corrected))
    };
    let (better, worse) =
        (|question| says(question, Direction::Better), |question| says(question, Direction::Worse));
    if better(Benefit) {
        let beats = |question| verdict.answer(question).map(|_| better(question));
        return benefit(beats(Information), beats(Decay), &verdict.undecayed);
    }
    if worse(Unmodulated) {
        return (Finding::Hurts, vec![Unmodulated], None);
    }
    // Where one control is both, it is beaten or not; two families must not say different things of it.
    let one = verdict.same(TunedConstant, TunedOptimiser);
    let mut worse: Vec<Question> =
        [TunedConstant, TunedOptimiser].into_iter().filter(|q| worse(*q)).collect();
    if one && worse.len() < 2 {
        worse.clear();
    }
    if !worse.is_empty() {
        if better(Unmodulated) {
            let rests_on = std::iter::once(Unmodulated).chain(worse.iter().copied()).collect();
            return (Finding::UntunedWorse(worse), rests_on, None);
        }
        return (Finding::Worse(worse.clone()), worse, None);
    }
    let (constant, optimiser) = (better(TunedConstant), better(TunedOptimiser));
    let (constant, optimiser) =
        if one { (constant && optimiser, constant && optimiser) } else { (constant, optimiser) };
    if constant && optimiser {
        if verdict.answer(Benefit).is_some_and(|answer| answer.says(Direction::Better, false)) {
            return (Finding::BeforeCorrection, vec![Benefit], None);
        }
        return (Finding::GoodConstant, vec![TunedConstant, TunedOptimiser], Some(Benefit));
    }
    let only =
        |question, than, not, denies| (Finding::OnlyBetter { than, not }, vec![question], Some(denies));
    let (a_constant, an_optimiser) = ("a tuned constant", "a tuned optimiser");
    if better(Unmodulated) {
        // Which of the two it does not beat, where it beats the other.
        let (not, denies) = match (constant, optimiser) {
            (true, false) => (an_optimiser, TunedOptimiser),
            (false, true) => (a_constant, TunedConstant),
            _ => ("a tuned constant or optimiser", weaker(verdict)),
        };
        return only(Unmodulated, "untuned", not, denies);
    }
    match (constant, optimiser) {
        (true, false) => only(TunedConstant, a_constant, an_optimiser, TunedOptimiser),
        (false, true) => only(TunedOptimiser, an_optimiser, a_constant, TunedConstant),
        _ => {
            let plain = verdict.answer(Unmodulated).map_or(weaker(verdict), |_| Unmodulated);
            (Finding::NoDifference, vec![plain], None)
        }
    }
}

/// Benefit: beaten are all required controls, and its input and a blind decay where those were asked.
fn benefit(
    information: Option<bool>,
    decay: Option<bool>,
    undecayed: &[String],
) -> (Finding, Vec<Question>, Option<Question>) {
    use Question::{Benefit, Decay, Information};
    if decay == Some(false) {
        return (Finding::HelpsAsDecay, vec![Benefit], Some(Decay));
    }
    if !undecayed.is_empty() {
        return (Finding::HelpsUndecayed(undecayed.to_vec()), vec![Benefit], None);
    }
    if information == Some(false) {
        return (Finding::HelpsAsInput, vec![Benefit], Some(Information));
    }
    let asked = [(Information, information), (Decay, decay)].into_iter().filter(|one| one.1.is_some());
    (Finding::Helps, std::iter::once(Benefit).chain(asked.map(|one| one.0)).collect(), None)
}

/// That tuned control of the two which the mechanism does worse against.
fn weaker(verdict: &Verdict) -> Question {
    let mean = |question| verdict.answer(question).map_or(f64::INFINITY, |answer| answer.carried_by.mean);
    if mean(Question::TunedConstant) <= mean(Question::TunedOptimiser) {
        Question::TunedConstant
    } else {
        Question::TunedOptimiser
    }
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
