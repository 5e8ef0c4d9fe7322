use super::*;

#[test]
fn exp_and_sigmoid_agree_with_the_standard_library() {
    for k in -8700..=8700 {
        let x = k as f32 * 0.01;
        let exact = f64::from(x).exp();
        assert!((f64::from(exp(x)) / exact - 1.0).abs() < 3e-7, "exp({x})");
    }
    assert_eq!(sigmoid(0.0), 0.5);
    assert!(sigmoid(-200.0) >= 0.0 && sigmoid(-200.0) < 1e-30);
    assert_eq!(sigmoid(200.0), 1.0);
}

#[test]
fn rows_are_combined_as_in_the_textbook_sum() {
    let (rows, width) = (19, 32);
    let w: Vec<f32> =
        (0..rows * width).map(|k| if k % width < rows { (k % 13) as f32 - 6.0 } else { 0.0 }).collect();
    let x: Vec<f32> = (0..3 * width).map(|k| (k % 7) as f32 - 3.0).collect();
    let mut y = vec![1.0; 3 * width];
    combine_rows(&w, rows, width, &x, &mut y);
    for b in 0..3 {
        for i in 0..width {
            let expected: f32 = (0..rows).map(|j| x[b * width + j] * w[j * width + i]).sum();
            assert_eq!(y[b * width + i], expected);
        }
    }
    let mut portable = vec![1.0; 3 * width];
    combine_rows_portable(&w, rows, width, &x, &mut portable);
    assert_eq!(y, portable);
}

#[test]
fn every_number_of_trials_and_every_width_is_tiled_completely() {
    for width in [16, 96, 112, 208] {
        for trials in 1..=9 {
            let w: Vec<f32> = (0..width * width).map(|k| (k % 11) as f32 - 5.0).collect();
            let x: Vec<f32> = (0..trials * width).map(|k| (k % 5) as f32 - 2.0).collect();
            let (mut y, mut portable) = (vec![1.0; trials * width], vec![2.0; trials * width]);
            combine_rows(&w, width, width, &x, &mut y);
            combine_rows_portable(&w, width, width, &x, &mut portable);
            assert_eq!(y, portable, "width {width}, {trials} trials");
        }
    }
}

#[test]
fn the_outer_product_adds_to_what_is_there() {
    // One unit pair, two steps: 10 + 2·3 + 4·5 = 36 at (j = 1, i = 0).
    let mut r = vec![0.0; 2 * 16];
    let mut d = vec![0.0; 2 * 16];
    (r[1], d[0], r[17], d[16]) = (2.0, 3.0, 4.0, 5.0);
    let mut g = vec![0.0; 2 * 16];
    g[16] = 10.0;
    accumulate_outer(2, 2, 16, &r, &d, &mut g);
    assert_eq!(g[16], 36.0);
    assert_eq!(g.iter().sum::<f32>(), 36.0);
}
