//! The ordered parameter store, and gradients beside it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use candle_core::{CpuStorage, Device, InplaceOp1, Layout, Storage, Tensor, Var};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use numeric::elementwise;

/// A gradient buffer that a fused op writes into directly, which saves candle's zero-fill and add per parameter.
#[derive(Debug, Default)]
pub struct Slot {
    pub values: Vec<f32>,
    /// Whether this backward pass has written it; the first writer overwrites, later ones add.
    pub filled: bool,
}

/// A slot shared between the store and the ops of one layer.
pub type SharedSlot = Arc<Mutex<Slot>>;

/// Locks a mutex of the engine; a panic elsewhere does not spread through it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a parameter is, for rules such as "no weight decay on biases" or "freeze all but the head".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Weight,
    Bias,
    /// Anything else (time constants, gains).
    Other,
}

/// One trainable tensor.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// e.g. `layer0/weight`.
    pub name: String,
    /// Index of the layer it belongs to, counted from the input.
    pub layer: usize,
    pub role: Role,
    pub var: Var,
    pub slot: SharedSlot,
}

/// All trainable tensors of a model in a fixed order: every sum over parameters is reproducible.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    list: Vec<Parameter>,
}

impl Parameters {
    /// The number of the output layer; 0 where there are no parameters.
    pub fn last_layer(&self) -> usize {
        self.iter().map(|parameter| parameter.layer).max().unwrap_or(0)
    }

    /// Adds a parameter with its initial values.
    ///
    /// # Errors
    /// When `values` does not fit `shape`.
    pub fn add(
        &mut self,
        name: &str,
        layer: usize,
        role: Role,
        shape: &[usize],
        values: Vec<f32>,
    ) -> Result<Parameter> {
        let slot = Slot { values: vec![0.0; values.len()], filled: false };
        let var = Var::from_tensor(&Tensor::from_vec(values, shape, &Device::Cpu)?)?;
        let parameter = Parameter { name: name.into(), layer, role, var, slot: Arc::new(Mutex::new(slot)) };
        self.list.push(parameter.clone());
        Ok(parameter)
    }

    /// Adds a parameter of another store, shared with it.
    pub fn include(&mut self, parameter: Parameter) {
        self.list.push(parameter);
    }

    /// All parameters, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Parameter> {
        self.list.iter()
    }

    /// Number of tensors.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Number of trainable scalars.
    pub fn count(&self) -> usize {
        self.list.iter().map(|parameter| parameter.var.elem_count()).sum()
    }

    /// A copy of all values, in order.
    ///
    /// # Errors
    /// Engine errors.
    pub fn snapshot(&self) -> Result<Vec<Vec<f32>>> {
        self.list.iter().map(|parameter| read(&parameter.var, <[f32]>::to_vec)).collect()
    }

    /// Overwrites all values with a snapshot of the same model.
    ///
    /// # Errors
    /// When the sizes differ.
    pub fn restore(&self, snapshot: &[Vec<f32>]) -> Result<()> {
        check_sizes(self, snapshot)?;
        for (parameter, values) in self.list.iter().zip(snapshot) {
            write(&parameter.var, |out| out.copy_from_slice(values))?;
        }
        Ok(())
    }

    /// Differentiates `loss` and puts the result into `gradients`, overwriting it.
    /// Gradients arrive through the slots of fused ops or through candle's own store, whichever the model used.
    ///
    /// # Errors
    /// Engine errors.
    pub fn backward(&self, loss: &Tensor, gradients: &mut Gradients) -> Result<()> {
        gradients.fit(self);
        for (parameter, buffer) in self.list.iter().zip(&mut gradients.buffers) {
            let mut slot = lock(&parameter.slot);
            slot.filled = false;
            std::mem::swap(&mut slot.values, buffer);
        }
        let outcome = loss.backward();
        for (parameter, buffer) in self.list.iter().zip(&mut gradients.buffers) {
            let mut slot = lock(&parameter.slot);
            std::mem::swap(&mut slot.values, buffer);
            if !slot.filled {
                buffer.fill(0.0);
            }
        }
        let store = outcome?;
        for (parameter, buffer) in self.list.iter().zip(&mut gradients.buffers) {
            if let Some(gradient) = store.get(parameter.var.as_tensor()) {
                read(&gradient.contiguous()?, |gradient| elementwise::add(buffer, gradient))?;
            }
        }
        Ok(())
    }
}

fn check_sizes(parameters: &Parameters, values: &[Vec<f32>]) -> Result<()> {
    let fits = parameters.len() == values.len()
        && parameters
            .iter()
            .zip(values)
            .all(|(parameter, values)| parameter.var.elem_count() == values.len());
    if fits {
        return Ok(());
    }
    Err(Error::engine("a snapshot of another model"))
}

/// One buffer per parameter, in the store's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gradients {
    pub buffers: Vec<Vec<f32>>,
}

impl Gradients {
    /// Zeros in the shape of a store.
    pub fn zeros(parameters: &Parameters) -> Self {
        let mut gradients = Self::default();
        gradients.fit(parameters);
        gradients
    }

    /// Makes the buffers fit a store; values are unspecified afterwards where sizes changed.
    pub fn fit(&mut self, parameters: &Parameters) {
        self.buffers.resize_with(parameters.len(), Vec::new);
        for (parameter, buffer) in parameters.iter().zip(&mut self.buffers) {
            buffer.resize(parameter.var.elem_count(), 0.0);
        }
    }

    /// Makes another list of buffers fit these, new values 0.
    pub fn fit_other(&self, other: &mut Vec<Vec<f32>>) {
        other.resize_with(self.buffers.len(), Vec::new);
        for (buffer, other) in self.buffers.iter().zip(other) {
            other.resize(buffer.len(), 0.0);
        }
    }

    /// self += scale · other.
    pub fn add_scaled(&mut self, other: &Self, scale: f32) {
        for (buffer, other) in self.buffers.iter_mut().zip(&other.buffers) {
            elementwise::axpy(buffer, scale, other);
        }
    }

    /// Copies another's values.
    pub fn copy_from(&mut self, other: &Self) {
        self.buffers.resize_with(other.buffers.len(), Vec::new);
        for (buffer, other) in self.buffers.iter_mut().zip(&other.buffers) {
            buffer.clear();
            buffer.extend_from_slice(other);
        }
    }

    /// Multiplies everything by a number.
    pub fn scale(&mut self, factor: f32) {
        self.buffers.iter_mut().for_each(|buffer| elementwise::scale(buffer, factor));
    }

    /// Inner product over all parameters, accumulated in f64 in the store's order.
    pub fn dot(&self, other: &Self) -> f64 {
        let pairs = self.buffers.iter().flatten().zip(other.buffers.iter().flatten());
        pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    }

    /// Euclidean norm over all parameters.
    pub fn norm(&self) -> f64 {
        self.dot(self).sqrt()
    }
}

/// Reads a contiguous CPU tensor of f32 in place.
///
/// # Errors
/// When the tensor is not contiguous, not f32 or not on the CPU.
pub fn read<R>(tensor: &Tensor, use_values: impl FnOnce(&[f32]) -> R) -> Result<R> {
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => Ok(use_values(contiguous(storage, layout)?)),
        _ => Err(Error::engine("not on the CPU")),
    }
}

/// The values behind a contiguous layout.
pub(crate) fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> candle_core::Result<&'a [f32]> {
    let CpuStorage::F32(values) = storage else {
        candle_core::bail!("expected f32");
    };
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&values[start..end]),
        None => candle_core::bail!("expected a contiguous tensor"),
    }
}

/// Changes a contiguous CPU tensor of f32 in place.
///
/// # Errors
/// When the tensor is not contiguous, not f32 or not on the CPU.
pub fn write(tensor: &Tensor, change: impl FnMut(&mut [f32])) -> Result<()> {
    struct Change<F>(Mutex<F>);
    impl<F: FnMut(&mut [f32])> InplaceOp1 for Change<F> {
        fn name(&self) -> &'static str {
            "change-in-place"
        }
        fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> candle_core::Result<()> {
            let CpuStorage::F32(values) = storage else {
                candle_core::bail!("expected f32");
            };
            let Some((start, end)) = layout.contiguous_offsets() else {
                candle_core::bail!("expected a contiguous tensor");
            };
            lock(&self.0)(&mut values[start..end]);
            Ok(())
        }
    }
    Ok(tensor.inplace_op1(&Change(Mutex::new(change)))?)
}
