//! Every kind of chart with few and many methods, short and long names and undefined values, to look at:
//! `cargo run -p neuromod-report --example gallery -- FOLDER` writes each as SVG (wide and narrow) and PNG.

use std::path::PathBuf;

use base::stats::Interval;
use report::chart;

#[path = "gallery/figures.rs"]
mod figures;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "gallery".into()));
    std::fs::create_dir_all(&folder)?;
    for methods in figures::COUNTS {
        for long in [false, true] {
            for (kind, figure) in figures::all(methods, long) {
                let names = if long { "long" } else { "short" };
                let file = |end: &str| folder.join(format!("{kind}-{methods}-{names}{end}"));
                let wide = chart::render(&*figure, chart::WIDE, kind, "");
                if let Some(png) = chart::png(&wide) {
                    std::fs::write(file(".png"), png)?;
                }
                std::fs::write(file(".svg"), wide)?;
                std::fs::write(file("-narrow.svg"), chart::render(&*figure, chart::NARROW, kind, ""))?;
            }
        }
    }
    Ok(())
}
