//! Poisson input: spike times drawn as waiting times, so that silence costs nothing.

use super::noise::Noise;

/// Spikes of many sources, sorted by time step; buffers are reused from trial to trial.
#[derive(Debug, Clone, Default)]
pub struct PoissonRaster {
    /// `sources[starts[t]..starts[t + 1]]` fire in step t.
    starts: Vec<u32>,
    sources: Vec<u16>,
    unsorted: Vec<(u32, u16)>,
}

impl PoissonRaster {
    /// Room for `steps` steps and about `spikes` spikes.
    pub fn with_capacity(steps: usize, spikes: usize) -> Self {
        Self {
            starts: Vec::with_capacity(steps + 1),
            sources: Vec::with_capacity(spikes),
            unsorted: Vec::with_capacity(spikes),
        }
    }

    /// Draws `steps` steps; source s fires in a step with probability `probability(s)`.
    pub fn draw(
        &mut self,
        noise: &mut Noise,
        steps: usize,
        sources: usize,
        probability: impl Fn(usize) -> f64,
    ) {
        self.unsorted.clear();
        self.starts.clear();
        self.starts.resize(steps + 1, 0);
        for source in 0..sources {
            let p = probability(source);
            let mut at = noise.steps_to_next(p).saturating_sub(1);
            while (at as usize) < steps {
                self.unsorted.push((at, source as u16));
                self.starts[at as usize + 1] += 1;
                at = at.saturating_add(noise.steps_to_next(p));
            }
        }
        for t in 0..steps {
            self.starts[t + 1] += self.starts[t];
        }
        // Counting sort: `starts` is advanced while placing, then shifted back.
        self.sources.clear();
        self.sources.resize(self.unsorted.len(), 0);
        for &(at, source) in &self.unsorted {
            let slot = &mut self.starts[at as usize];
            self.sources[*slot as usize] = source;
            *slot += 1;
        }
        for t in (1..=steps).rev() {
            self.starts[t] = self.starts[t - 1];
        }
        self.starts[0] = 0;
    }

    /// Sources that fire in step `t`.
    pub fn at(&self, t: usize) -> &[u16] {
        &self.sources[self.starts[t] as usize..self.starts[t + 1] as usize]
    }

    /// Number of spikes.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether nobody fires.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::Streams;

    #[test]
    fn sources_fire_at_their_rates_and_in_order_of_time() {
        let mut noise = Noise::new(Streams::new(1).fast("input"));
        let mut raster = PoissonRaster::default();
        raster.draw(&mut noise, 50_000, 3, |source| [0.04, 0.001, 0.0][source]);
        let mut counts = [0usize; 3];
        for t in 0..50_000 {
            for &source in raster.at(t) {
                counts[source as usize] += 1;
            }
        }
        assert!(
            counts[0].abs_diff(2000) < 150 && counts[1].abs_diff(50) < 30 && counts[2] == 0,
            "{counts:?}"
        );
        assert_eq!(counts.iter().sum::<usize>(), raster.len());
    }

    #[test]
    fn a_source_that_always_fires_is_there_in_every_step() {
        let mut noise = Noise::new(Streams::new(1).fast("input"));
        let mut raster = PoissonRaster::default();
        raster.draw(&mut noise, 4, 2, |source| source as f64);
        assert!((0..4).all(|t| raster.at(t) == [1]));
    }
}
