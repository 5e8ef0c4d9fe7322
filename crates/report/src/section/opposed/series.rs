//! What records hold for these charts: numbers, curves by the start of their name, a colour for each context.

use crate::chart::{Color, LinePoint};
use crate::results::MethodResults;
use contract::Record;

pub(super) fn scalars(method: &MethodResults<'_>, name: &str) -> Vec<f64> {
    method.ok().filter_map(|record| record.log.scalars.get(name).copied()).collect()
}

/// The curves of a record whose name starts with `prefix`, as (rest of the name, x, y).
pub(super) fn curves<'a>(
    record: &'a Record,
    prefix: &'a str,
) -> impl Iterator<Item = (&'a str, &'a [f64], &'a [Option<f64>])> {
    record.log.curves.iter().filter_map(move |curve| {
        let rest = curve.name.strip_prefix(prefix)?;
        Some((rest, curve.x.as_slice(), curve.y.as_slice()))
    })
}

/// Distinct contexts (the part before the stimulus) in order of appearance, to give each a colour.
pub(super) fn context_colors<'a>(names: impl Iterator<Item = &'a str>) -> Vec<(String, Color)> {
    let mut contexts: Vec<(String, Color)> = Vec::new();
    for name in names {
        let context = name.split_once('/').map_or(name, |(context, _)| context);
        if contexts.iter().all(|(known, _)| known != context) {
            contexts.push((context.to_owned(), Color::Ink));
        }
    }
    let all = contexts.len();
    contexts.iter_mut().enumerate().for_each(|(at, context)| context.1 = Color::Step(at, all));
    contexts
}

pub(super) fn color_of(contexts: &[(String, Color)], context: &str) -> Color {
    contexts.iter().find(|(known, _)| known == context).map_or(Color::Muted, |(_, color)| *color)
}

pub(super) fn points(x: &[f64], y: &[Option<f64>]) -> Vec<LinePoint> {
    x.iter().zip(y).map(|(x, y)| LinePoint::single(*x, *y)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_keep_their_order_and_colour() {
        let contexts = context_colors(["f=1/plus", "f=1/null", "f=0.5/plus"].into_iter());
        assert_eq!(
            contexts,
            [("f=1".to_owned(), Color::Step(0, 2)), ("f=0.5".to_owned(), Color::Step(1, 2))]
        );
        assert_eq!(color_of(&contexts, "f=0.5"), Color::Step(1, 2));
    }
}
