//! Rotation of images by bilinear interpolation, as a table computed once per task.

/// For every output pixel, four source pixels and their weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Rotation {
    sources: Vec<[(u32, f32); 4]>,
}

impl Rotation {
    /// Counter-clockwise rotation by `degrees` about the centre of a `height × width` image; zero outside.
    pub fn new(height: usize, width: usize, degrees: f32) -> Self {
        let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
        let (middle_y, middle_x) = ((height as f64 - 1.0) / 2.0, (width as f64 - 1.0) / 2.0);
        let mut sources = Vec::with_capacity(height * width);
        for row in 0..height {
            for column in 0..width {
                let (dy, dx) = (row as f64 - middle_y, column as f64 - middle_x);
                // The output at (dx, dy) shows what stood at the point rotated back; y points down.
                let (x, y) = (middle_x + cos * dx - sin * dy, middle_y + sin * dx + cos * dy);
                let (left, top) = (x.floor(), y.floor());
                let (fx, fy) = (x - left, y - top);
                let corner = |ox: f64, oy: f64, weight: f64| {
                    let (cx, cy) = (left + ox, top + oy);
                    let inside = cx >= 0.0 && cy >= 0.0 && cx < width as f64 && cy < height as f64;
                    if inside && weight > 1e-9 {
                        ((cy as usize * width + cx as usize) as u32, weight as f32)
                    } else {
                        (0, 0.0)
                    }
                };
                sources.push([
                    corner(0.0, 0.0, (1.0 - fx) * (1.0 - fy)),
                    corner(1.0, 0.0, fx * (1.0 - fy)),
                    corner(0.0, 1.0, (1.0 - fx) * fy),
                    corner(1.0, 1.0, fx * fy),
                ]);
            }
        }
        Self { sources }
    }

    /// Appends the rotated image, pixels times `scale`.
    pub fn push<T: Copy + Into<f32>>(&self, pixels: &[T], scale: f32, out: &mut Vec<f32>) {
        out.extend(self.sources.iter().map(|corners| {
            corners.iter().map(|(at, weight)| weight * pixels[*at as usize].into()).sum::<f32>() * scale
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotated(degrees: f32) -> Vec<f32> {
        let mut out = Vec::new();
        #[rustfmt::skip]
        Rotation::new(3, 3, degrees).push(&[1u8, 2, 3,
                                            4, 5, 6,
                                            7, 8, 9], 1.0, &mut out);
        out
    }

    fn close(a: &[f32], b: &[f32]) {
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5), "{a:?} against {b:?}");
    }

    #[test]
    fn zero_degrees_is_the_identity_and_ninety_turns_counter_clockwise() {
        close(&rotated(0.0), &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
        close(&rotated(90.0), &[3.0, 6.0, 9.0, 2.0, 5.0, 8.0, 1.0, 4.0, 7.0]);
        close(&rotated(360.0), &rotated(0.0));
    }

    #[test]
    fn the_centre_stays_under_any_angle() {
        assert!((rotated(37.0)[4] - 5.0).abs() < 1e-5);
    }
}
