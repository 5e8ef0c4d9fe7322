//! What is swept: a setting and its values, from `KEY=A..B:log:N`, `KEY=A..B:lin:N` or `KEY=V1,V2,…`.

use std::str::FromStr;

use base::error::DefinitionError;
use contract::definition::TABLES;

/// Most values of one setting.
const MOST_VALUES: usize = 1000;

/// A setting and what it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Over {
    /// Dotted, e.g. `parameters.lambda`.
    pub key: String,
    pub spacing: Spacing,
    /// Values were spread over a range, not listed: they may be rounded.
    pub spread: bool,
    /// As they stand in a method's id.
    pub texts: Vec<String>,
    pub values: Vec<f64>,
}

/// How values lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacing {
    Logarithmic,
    Linear,
}

impl Over {
    /// The setting's last name.
    pub fn name(&self) -> &str {
        self.key.rsplit('.').next().unwrap_or(&self.key)
    }

    /// Where a value lies on an axis: the decimal logarithm on a logarithmic one.
    pub fn place(&self, value: f64) -> f64 {
        if self.spacing == Spacing::Logarithmic { value.log10() } else { value }
    }

    /// The first value that is no whole number.
    pub fn broken(&self) -> Option<&str> {
        let broken = self.values.iter().position(|value| value.fract() != 0.0)?;
        Some(&self.texts[broken])
    }

    /// Whole numbers for a setting that takes no others, each once.
    ///
    /// # Errors
    /// A range in which fewer than two are left.
    pub fn rounded(&self) -> Result<Self, DefinitionError> {
        let mut values: Vec<f64> = self.values.iter().map(|value| value.round()).collect();
        values.dedup();
        if values.len() < 2 {
            let found = format!("{}={}", self.key, self.texts.join(","));
            let allowed = "a range that holds two whole numbers: the setting takes no others";
            return Err(DefinitionError::range("--over", found, allowed));
        }
        let texts = values.iter().map(|value| format!("{value:.0}")).collect();
        Ok(Self { texts, values, ..self.clone() })
    }
}

impl FromStr for Over {
    type Err = DefinitionError;

    fn from_str(text: &str) -> Result<Self, DefinitionError> {
        let refuse = |problem: &str| DefinitionError {
            place: "--over".into(),
            found: text.to_owned(),
            problem: problem.to_owned(),
            allowed: vec![
                "KEY=A..B:log:N, KEY=A..B:lin:N or KEY=V1,V2,…, e.g. parameters.lambda=1e-2..1e8:log:11"
                    .into(),
            ],
            ..DefinitionError::default()
        };
        let (key, values) = text.split_once('=').ok_or_else(|| refuse("not KEY=VALUES"))?;
        let key = key.trim();
        if key.is_empty() || key.contains('@') || values.contains('@') {
            return Err(refuse("not KEY=VALUES"));
        }
        // A key that begins with no table of a preset is a parameter.
        let table = key.split('.').next().is_some_and(|first| TABLES.contains(&first));
        let key = if table { key.to_owned() } else { format!("parameters.{key}") };
        let spread = values.contains("..");
        let (spacing, texts) = match values.split_once("..") {
            Some((first, rest)) => range(first, rest).map_err(|problem| refuse(&problem))?,
            None => {
                let texts: Vec<String> = values.split(',').map(|value| value.trim().to_owned()).collect();
                (Spacing::Linear, texts)
            }
        };
        let values: Option<Vec<f64>> =
            texts.iter().map(|text| text.parse::<f64>().ok().filter(|value| value.is_finite())).collect();
        let values = values.ok_or_else(|| refuse("not all values are finite numbers"))?;
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) || sorted != values {
            return Err(refuse("values must rise, and none may come twice"));
        }
        if !(2..=MOST_VALUES).contains(&values.len()) {
            return Err(refuse(&format!("{} values; allowed are 2 to {MOST_VALUES}", values.len())));
        }
        // A list over more than two decades of positive numbers is one of decades.
        let wide = values[0] > 0.0 && values[values.len() - 1] / values[0] > 100.0;
        let spacing = if wide { Spacing::Logarithmic } else { spacing };
        Ok(Self { key, spacing, spread, texts, values })
    }
}

/// `A` and `B:log:N` as values.
fn range(first: &str, rest: &str) -> Result<(Spacing, Vec<String>), String> {
    let parts: Vec<&str> = rest.split(':').collect();
    let [last, spacing, count] = parts[..] else { return Err("a range needs its spacing and count".into()) };
    let number = |text: &str| {
        let value = text.trim().parse::<f64>().ok().filter(|value| value.is_finite());
        value.ok_or_else(|| format!("`{text}` is not a finite number"))
    };
    let (low, high) = (number(first)?, number(last)?);
    let count = count.trim().parse::<usize>().ok().filter(|count| (2..=MOST_VALUES).contains(count));
    let count = count.ok_or_else(|| format!("the count must be 2 to {MOST_VALUES}"))?;
    let share = |at: usize| at as f64 / (count - 1) as f64;
    let (spacing, values): (Spacing, Vec<f64>) = match spacing {
        "log" if low > 0.0 && high > low => {
            let (a, b) = (low.log10(), high.log10());
            (Spacing::Logarithmic, (0..count).map(|at| 10f64.powf(a + (b - a) * share(at))).collect())
        }
        "lin" if high > low => {
            (Spacing::Linear, (0..count).map(|at| low + (high - low) * share(at)).collect())
        }
        "log" | "lin" => return Err("a range rises, and a logarithmic one begins above 0".into()),
        other => return Err(format!("`{other}` is neither `log` nor `lin`")),
    };
    let whole = values
        .iter()
        .all(|value| (value - value.round()).abs() < 1e-9 * value.abs().max(1.0) && value.abs() < 1e15);
    let text = |value: &f64| if whole { format!("{:.0}", value.round()) } else { short(*value) };
    Ok((spacing, values.iter().map(text).collect()))
}

/// Six digits that say the number, as TOML reads them.
fn short(value: f64) -> String {
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    if rounded == 0.0 || (1e-3..1e6).contains(&rounded.abs()) {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_lists_are_read() {
        let over: Over = "parameters.lambda=1e-2..1e8:log:11".parse().expect("a range");
        assert_eq!(
            over.texts,
            ["0.01", "0.1", "1", "10", "100", "1000", "10000", "100000", "1e6", "1e7", "1e8"]
        );
        assert_eq!((over.name(), over.place(1e3), over.spacing), ("lambda", 3.0, Spacing::Logarithmic));
        let over: Over = "optimiser.rate=0.1..0.3:lin:3".parse().expect("a range");
        assert_eq!(
            (over.texts, over.spacing),
            (vec!["0.1".to_owned(), "0.2".into(), "0.3".into()], Spacing::Linear)
        );
        let over: Over = "memory.samples=10..1000:log:3".parse().expect("whole numbers");
        assert_eq!(
            (over.key.as_str(), over.texts),
            ("parameters.memory.samples", vec!["10".to_owned(), "100".into(), "1000".into()])
        );
        let over: Over = "lambda=1, 20,500".parse().expect("a list");
        assert_eq!(
            (over.key.as_str(), over.values, over.spacing),
            ("parameters.lambda", vec![1.0, 20.0, 500.0], Spacing::Logarithmic)
        );
        let over: Over = "a.b=1..10:log:3".parse().expect("a range");
        assert_eq!(over.texts, ["1", "3.16228", "10"]);
        let key = |text: &str| text.parse::<Over>().expect("a list").key;
        assert_eq!(key("optimiser.rate=1,2"), "optimiser.rate");
        assert_eq!(key("modulation.modulators.na.gain=1,2"), "modulation.modulators.na.gain");
        assert_eq!(key("fisher.samples=1,2"), "parameters.fisher.samples");
    }

    #[test]
    fn a_range_is_rounded_each_whole_number_once() {
        // 10 · 50^(1/3) = 36.84, 10 · 50^(2/3) = 135.72.
        let over: Over = "memory.samples=10..500:log:4".parse().expect("a range");
        assert_eq!((over.broken(), over.spread), (Some("36.8403"), true));
        let whole = over.rounded().expect("four");
        assert_eq!((whole.broken(), whole.texts.join(" ")), (None, "10 37 136 500".to_owned()));
        // 1, 1.5, 2, 2.5, 3: halves go up.
        let over: Over = "a=1..3:lin:5".parse().expect("a range");
        assert_eq!(over.rounded().expect("three").values, [1.0, 2.0, 3.0]);
        let over: Over = "a=0.6..1.4:lin:5".parse().expect("a range");
        assert!(over.rounded().expect_err("one").to_string().contains("two whole numbers"));
        // Beyond a million the texts stay those of whole numbers.
        let over: Over = "a=1..3e6:log:3".parse().expect("a range");
        assert_eq!(over.rounded().expect("three").texts, ["1", "1732", "3000000"]);
        assert!(!"a=1.5,2".parse::<Over>().expect("a list").spread);
    }

    #[test]
    fn what_is_no_sweep_is_refused_in_words() {
        let refused = |text: &str| text.parse::<Over>().expect_err(text).to_string();
        for (text, told) in [
            ("lambda", "not KEY=VALUES"),
            ("=1,2", "not KEY=VALUES"),
            ("lambda=1..9", "needs its spacing and count"),
            ("lambda=0..9:log:3", "begins above 0"),
            ("lambda=9..1:lin:3", "a range rises"),
            ("lambda=1..9:exp:3", "neither `log` nor `lin`"),
            ("lambda=1..9:lin:1", "the count must be 2 to 1000"),
            ("lambda=1..x:lin:3", "`x` is not a finite number"),
            ("lambda=1,inf", "not all values are finite numbers"),
            ("lambda=2,1", "values must rise"),
            ("lambda=1", "1 values; allowed are 2"),
        ] {
            let message = refused(text);
            assert!(message.contains(told) && message.contains("KEY=A..B:log:N"), "{message}");
        }
    }
}
