//! One task of several that share a trunk: cross-entropy on its own head.

use std::sync::Arc;

use candle_core::Tensor;

use super::term::LossTerm;
use crate::context::StepContext;
use crate::error::{Error, Result};
use crate::nn::{Active, BatchStatistics, cross_entropy};
use crate::stream::Extra;

/// Mean cross-entropy L_i of the samples that have a label for head i, over the outputs of that head. Inactive on a
/// batch without any.
#[derive(Debug)]
pub struct HeadLoss {
    name: String,
    head: usize,
    first: u32,
    mask: Arc<[bool]>,
    outputs: usize,
    last: Option<BatchStatistics>,
}

impl HeadLoss {
    /// The loss of head `head`, which owns the outputs `range` of `width`. Its term is called `name`.
    pub fn new(name: &str, head: usize, range: std::ops::Range<usize>, width: usize) -> Self {
        Self {
            name: name.into(),
            head,
            first: u32::try_from(range.start).unwrap_or(u32::MAX),
            mask: (0..width).map(|output| range.contains(&output)).collect(),
            outputs: range.len(),
            last: None,
        }
    }
}

impl LossTerm for HeadLoss {
    fn name(&self) -> &str {
        &self.name
    }

    fn forward(&mut self, cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        let labels = match &cx.batch.extra {
            Extra::Heads(heads) if self.head < heads.len() => &heads[self.head],
            _ => return Err(Error::data("batch", format!("has no labels for head {}", self.head))),
        };
        let numbered = (0u32..).zip(labels).filter(|(_, label)| **label != Extra::ABSENT);
        let (rows, targets): (Vec<u32>, Vec<u32>) =
            numbered.map(|(row, label)| (row, self.first.saturating_add(*label))).unzip();
        self.last = None;
        if rows.is_empty() {
            return Ok(None);
        }
        let active = Active::Same(self.mask.clone());
        let logits = if rows.len() == labels.len() {
            cx.logits.clone()
        } else {
            let n = rows.len();
            cx.logits.index_select(&Tensor::from_vec(rows, n, cx.logits.device())?, 0)?
        };
        let (loss, statistics) = cross_entropy(&logits, &targets, &active, cx.gains.temperature)?;
        self.last = Some(statistics);
        Ok(Some(loss))
    }

    fn statistics(&self) -> Option<&BatchStatistics> {
        self.last.as_ref()
    }

    fn choices(&self) -> Option<usize> {
        Some(self.outputs)
    }
}

/// No single task: everything is in the terms.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoTask;

impl LossTerm for NoTask {
    fn name(&self) -> &str {
        "none"
    }
}
