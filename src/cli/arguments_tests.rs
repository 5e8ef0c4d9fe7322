use clap::CommandFactory;

use super::*;

#[test]
fn the_command_line_is_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn durations_have_units_and_bounds() {
    assert_eq!(parse_duration("1.5h"), Ok(Duration::from_secs(5400)));
    assert_eq!(parse_duration("90"), Ok(Duration::from_secs(90)));
    for wrong in ["", "-3s", "0", "5d", "nan", "inf", "1e300h"] {
        assert!(parse_duration(wrong).is_err(), "{wrong}");
    }
}
