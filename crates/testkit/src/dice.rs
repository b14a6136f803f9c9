//! Choices that follow from a seed, the same on every machine.

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and good enough to choose with.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to one less than `limit`, which is not 0.
    pub fn below(&mut self, limit: u32) -> u32 {
        let rest = self.next() % u64::from(limit.max(1));
        u32::try_from(rest).expect("it is below a number of 32 bits")
    }

    /// True once in so many times.
    pub fn one_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    ///
    /// # Panics
    /// When there is none.
    pub fn pick<'a, T>(&mut self, some: &'a [T]) -> &'a T {
        let limit = u32::try_from(some.len()).unwrap_or(u32::MAX);
        &some[self.below(limit) as usize]
    }
}
