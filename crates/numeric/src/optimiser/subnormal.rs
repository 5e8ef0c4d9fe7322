//! A moment that decays with no gradient to feed it (a unit that never fires) would end as a subnormal number, on
//! which the arithmetic of common processors is tens of times slower, and rounding keeps it there for good. So the engine's
//! moments below the smallest normal number become 0, which moves no parameter.

#[inline(always)]
pub fn normal_or_zero(x: f32) -> f32 {
    if x.abs() < f32::MIN_POSITIVE { 0.0 } else { x }
}
