//! Findings of fuzzing, replayed without a fuzzer, and fonts with bytes that others put there.

use letterbox_testkit::counting::Counting;
use letterbox_testkit::{Dice, inputs};

#[allow(unreachable_pub, reason = "it is of a library of its own")]
#[path = "../../../fuzz/src/text.rs"]
mod text;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn what_fuzzing_found_stays_fixed() {
    inputs("fuzz/regressions/text", "").for_each(|input| text::run(&input));
}

/// Text in the letters that both small fonts have, and in others.
const HEADS: [&str; 4] = [
    "\u{30}\u{ff}AaBbCgQ\n",
    "@\u{7f}AVTo AVTo|AV\n",
    "\u{10}3Cg8%@é & Ωδ\n",
    "~GжHx\u{2026}\n",
];

#[test]
fn fonts_with_other_bytes_are_drawn_or_refused() {
    let mut dice = Dice(7);
    let rounds = std::env::var("ROUNDS").map_or(400, |count| count.parse().expect("a number"));
    for ending in [".otf", ".ttf"] {
        for font in inputs("crates/text/tests/files", ending) {
            for round in 0..rounds {
                let head = HEADS[round % HEADS.len()].as_bytes();
                let mut input = [head, &font].concat();
                for _ in 0..round % 9 {
                    let at = head.len() + dice.roll(font.len());
                    input[at] = [0, 1, 0xff, 0x80, dice.roll(256) as u8][dice.roll(5)];
                }
                if round % 7 == 6 {
                    input.truncate(head.len() + dice.roll(font.len()));
                }
                text::run(&input);
            }
        }
    }
}
