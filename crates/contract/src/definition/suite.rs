//! Suites: cells of benchmarks × methods × seeds.

use serde::Deserialize;

use super::header::check_header;
use super::origin::Origin;
use base::allowed::Allowed;
use base::error::{DefinitionError, Result};
use base::source::Source;

/// Seeds per cell at most.
pub const MOST_SEEDS: u64 = 100_000;

/// A suite: cells of benchmarks × methods × seeds.
#[derive(Debug, Clone)]
pub struct Suite {
    pub header: SuiteHeader,
    pub source: Source,
}

/// A suite's file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteHeader {
    pub schema: u32,
    pub id: String,
    pub title: String,
    pub summary: String,
    /// Seeds per cell unless the cell says otherwise.
    pub seeds: u64,
    pub cell: Vec<Cell>,
}

/// benchmarks × methods, each with `seeds` seeds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    pub benchmarks: Vec<String>,
    /// Empty: each benchmark's own list.
    #[serde(default)]
    pub methods: Vec<String>,
    #[serde(default)]
    pub seeds: Option<u64>,
    /// Controls of every modulated method of the cell: `required`, `ablations`, `factorial`, `all`, or single ones.
    #[serde(default)]
    pub controls: Vec<String>,
}

impl Suite {
    /// Parses a text that states everything.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn parse(source: Source) -> Result<Self> {
        Self::of(&Origin::of(source)?)
    }

    pub(super) fn of(origin: &Origin) -> Result<Self> {
        let header: SuiteHeader = origin.read(origin.table.clone().into(), "")?;
        check_header(origin, header.schema, &header.id)?;
        let counts = header.cell.iter().filter_map(|cell| cell.seeds).chain([header.seeds]);
        for seeds in counts {
            Allowed::within(1.0, MOST_SEEDS as f64)
                .check("seeds", seeds)
                .map_err(|error| origin.locate(error))?;
        }
        if header.cell.is_empty() || header.cell.iter().any(|cell| cell.benchmarks.is_empty()) {
            return Err(origin.locate(DefinitionError::range(
                "cell",
                "[]",
                "cells with at least one benchmark",
            )));
        }
        Ok(Self { header, source: origin.own() })
    }
}
