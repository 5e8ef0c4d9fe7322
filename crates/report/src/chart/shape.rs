//! Shapes of markers.

/// Shape of a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Disc,
    Diamond,
    Triangle,
    Square,
    Wedge,
    Cross,
    Ring,
}

/// All shapes, in the order in which members of a family get them.
pub const SHAPES: [Shape; 7] =
    [Shape::Disc, Shape::Diamond, Shape::Triangle, Shape::Square, Shape::Wedge, Shape::Cross, Shape::Ring];

impl Shape {
    /// Corners around the origin, in radii; none of what is round.
    pub(super) fn corners(self) -> &'static [(f64, f64)] {
        match self {
            Self::Disc | Self::Ring => &[],
            Self::Diamond => &[(0.0, -1.1), (1.1, 0.0), (0.0, 1.1), (-1.1, 0.0)],
            Self::Triangle => &[(0.0, -1.1), (1.1, 0.9), (-1.1, 0.9)],
            Self::Square => &[(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
            Self::Wedge => &[(-1.1, -0.9), (1.1, -0.9), (0.0, 1.1)],
            Self::Cross => &[
                (-0.36, -1.1),
                (0.36, -1.1),
                (0.36, -0.36),
                (1.1, -0.36),
                (1.1, 0.36),
                (0.36, 0.36),
                (0.36, 1.1),
                (-0.36, 1.1),
                (-0.36, 0.36),
                (-1.1, 0.36),
                (-1.1, -0.36),
                (-0.36, -0.36),
            ],
        }
    }
}
