//! The pairs of CPU and memory that Fargate has: "Troubleshoot Amazon ECS task
//! definition invalid CPU or memory errors" in the Amazon ECS guide.

/// CPU units, least GiB, most GiB, step in GiB. 256 units have 512 MiB as well.
const SIZES: [(u32, u32, u32, u32); 7] = [
    (256, 1, 2, 1),
    (512, 1, 4, 1),
    (1024, 2, 8, 1),
    (2048, 4, 16, 1),
    (4096, 8, 30, 1),
    (8192, 16, 60, 4),
    (16384, 32, 120, 8),
];

/// The pairs, smallest first: CPU units and MiB.
pub fn pairs() -> impl Iterator<Item = (u32, u32)> {
    std::iter::once((256, 512)).chain(SIZES.into_iter().flat_map(|(cpu, least, most, step)| {
        (least..=most)
            .step_by(step as usize)
            .map(move |gib| (cpu, gib * 1024))
    }))
}

/// Whether Fargate has this pair.
pub fn is_pair(cpu: u32, memory: u32) -> bool {
    pairs().any(|pair| pair == (cpu, memory))
}

/// The smallest pair that holds both, or the greatest there is.
pub fn nearest(cpu: u32, memory: u32) -> (u32, u32) {
    pairs()
        .find(|(c, m)| *c >= cpu && *m >= memory)
        .unwrap_or((16384, 120 * 1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_guide() {
        let check = |cpu: u32, memory: u32, expect: bool| {
            assert_eq!(is_pair(cpu, memory), expect, "{cpu}/{memory}")
        };
        check(256, 512, true);
        check(256, 2048, true);
        check(256, 3072, false);
        check(512, 512, false);
        check(512, 4096, true);
        check(1024, 1024, false);
        check(4096, 30 * 1024, true);
        check(8192, 17 * 1024, false);
        check(8192, 60 * 1024, true);
        check(16384, 120 * 1024, true);
        check(16384, 36 * 1024, false);
        check(300, 512, false);
        assert_eq!(pairs().count(), 3 + 4 + 7 + 13 + 23 + 12 + 12);
    }

    #[test]
    fn the_nearest_pair_holds_both() {
        let check =
            |cpu: u32, memory: u32, expect: (u32, u32)| assert_eq!(nearest(cpu, memory), expect);
        check(256, 600, (256, 1024));
        check(256, 3000, (512, 3072));
        check(300, 512, (512, 1024));
        check(8192, 17 * 1024, (8192, 20 * 1024));
        check(99_999, 1, (16384, 120 * 1024));
    }
}
