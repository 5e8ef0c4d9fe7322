//! Settings that are said once, and what follows from them.

use super::*;

crate::settings! {
    /// For the test.
    #[derive(Debug, PartialEq)]
    struct Toy {
        /// how hard
        strength: f32 = 0.5 => [0 to 1];
        /// how long,
        /// in steps
        steps: usize = 8 => [1 to 100];
        /// how fast
        rate: f64 = 0.1 => [above 0 to 1];
        width: f64 = -2.0 => [at least -3.5];
        on: bool = true;
        /// what is left
        rest: f64 = 1.0 => [0 to below 2];
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        late: bool = false => [false | true];
        /// which way
        way: Way = Way::There => ["there" | "and-back"];
        /// how high
        height: Option<f32> = None => [or "the model's"; above 0];
        inner: Inner = Inner::default() => [each Inner::PARAMETERS];
    }
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Way {
    There,
    AndBack,
}

crate::settings! {
    #[derive(Debug, PartialEq)]
    struct Inner {
        /// how deep
        depth: usize = 4 => [1 to 9];
    }
}

#[test]
fn a_setting_is_said_once_and_struct_default_check_and_line_follow() {
    let toy: Toy = toml::from_str("steps = 3").expect("a toy");
    assert_eq!(toy, Toy { steps: 3, ..Toy::default() });
    assert_eq!((toy.strength, toy.rate, toy.width, toy.on), (0.5, 0.1, -2.0, true));
    assert!(toml::from_str::<Toy>("step = 3").is_err());
    let lines: Vec<_> = Toy::PARAMETERS.iter().map(|p| (p.key(), p.default, p.range, p.meaning)).collect();
    let lines: Vec<_> = lines.iter().map(|(key, a, b, c)| (&**key, *a, *b, *c)).collect();
    assert_eq!(lines[0], ("strength", "0.5", "0 to 1", "how hard"));
    assert_eq!(lines[1], ("steps", "8", "1 to 100", "how long, in steps"));
    assert_eq!((lines[2].2, lines[3].2, lines[4].2), ("above 0 to 1", "at least -3.5", ""));
    assert_eq!(lines[5], ("rest", "1", "0 to below 2", "what is left"));
    assert_eq!(lines[6], ("late", "false", "false, true", ""));
    assert_eq!(lines[7], ("way", "there", "there, and-back", "which way"));
    assert_eq!(lines[8], ("height", "the model's", "above 0", "how high"));
    assert_eq!((lines[9], lines.len()), (("inner.depth", "4", "1 to 9", "how deep"), 10));
    assert!(!serde_json::to_string(&toy).expect("JSON").contains("late"));
    assert_eq!(toml::from_str::<Toy>("way = \"and-back\"").expect("a toy").way, Way::AndBack);
}

#[test]
fn what_is_out_of_range_is_refused_with_key_value_and_what_is_allowed() {
    let refused = |toy: Toy| toy.check_ranges().expect_err("out of range").to_string();
    assert!(Toy::default().check_ranges().is_ok());
    for (toy, words) in [
        (Toy { strength: 1.5, ..Toy::default() }, ["`strength` = 1.5", "a finite number from 0 to 1"]),
        (Toy { steps: 0, ..Toy::default() }, ["`steps` = 0", "1 to 100"]),
        (Toy { rate: 0.0, ..Toy::default() }, ["`rate` = 0", "a finite number above 0, at most 1"]),
        (Toy { rest: 2.0, ..Toy::default() }, ["`rest` = 2", "a finite number from 0 to below 2"]),
        (Toy { height: Some(0.0), ..Toy::default() }, ["`height` = 0", "a finite number above 0"]),
        (Toy { inner: Inner { depth: 0 }, ..Toy::default() }, ["`inner.depth` = 0", "1 to 9"]),
        (Toy { width: f64::NAN, ..Toy::default() }, ["`width` = NaN", "a finite number at least -3.5"]),
    ] {
        let told = refused(toy);
        assert!(words.iter().all(|word| told.contains(word)), "{told}");
    }
}
