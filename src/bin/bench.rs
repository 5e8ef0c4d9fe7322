//! The command line: `bench` trains, prints tables and writes a report.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    neuromod_bench::run::prepare_process();
    neuromod_bench::cli::main()
}
