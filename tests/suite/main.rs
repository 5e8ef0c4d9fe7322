//! All tests from outside the library, in one binary: one link instead of eleven.

mod big_data;
mod cases_cli;
mod cases_data;
mod cli;
mod common;
mod controls;
mod engine_laws;
mod engine_processes;
mod golden;
mod headroom;
mod laws;
mod multi_task;
mod online;
mod opposed_behaviours;
mod own_table;
mod record_schema;
mod roles;
mod transfer;
mod tune;
mod verdict_rows;
