//! Example values of parameters for tests, fuzzing and documentation. The platform's module has
//! none of them.

/// Source of random numbers from 0 to one less than the argument.
pub type Roll<'a> = dyn FnMut(u32) -> u32 + 'a;

/// Valid and invalid values of one parameter.
#[derive(Clone, Copy)]
pub struct Examples {
    /// Valid values, boundaries among them. The spellings of one value are grouped, with the
    /// canonical one among them.
    #[cfg(not(target_arch = "wasm32"))]
    pub good: &'static [&'static [&'static str]],
    /// Invalid texts, those next to each boundary among them.
    #[cfg(not(target_arch = "wasm32"))]
    pub bad: &'static [&'static str],
    /// Returns a random valid value in its canonical spelling, for parameters whose values are not
    /// all in `good`.
    #[cfg(not(target_arch = "wasm32"))]
    any: Option<fn(&mut Roll<'_>) -> String>,
}

impl Examples {
    /// Creates examples that are all values of the parameter.
    pub(super) const fn all(
        good: &'static [&'static [&'static str]],
        bad: &'static [&'static str],
    ) -> Examples {
        Examples::of(good, bad, None)
    }

    /// Creates examples of a parameter that has more values, which `any` makes.
    pub(super) const fn some(
        good: &'static [&'static [&'static str]],
        bad: &'static [&'static str],
        any: fn(&mut Roll<'_>) -> String,
    ) -> Examples {
        Examples::of(good, bad, Some(any))
    }

    #[cfg(not(target_arch = "wasm32"))]
    const fn of(
        good: &'static [&'static [&'static str]],
        bad: &'static [&'static str],
        any: Option<fn(&mut Roll<'_>) -> String>,
    ) -> Examples {
        Examples { good, bad, any }
    }

    #[cfg(target_arch = "wasm32")]
    const fn of(
        _: &'static [&'static [&'static str]],
        _: &'static [&'static str],
        _: Option<fn(&mut Roll<'_>) -> String>,
    ) -> Examples {
        Examples {}
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Examples {
    /// Returns a random valid value; half of them are spellings of the examples.
    pub fn any(&self, roll: &mut Roll<'_>) -> String {
        match self.any {
            Some(any) if roll(2) == 0 => any(roll),
            _ => pick(pick(self.good, roll), roll).to_owned(),
        }
    }

    /// Returns the examples with all their spellings, and random values that are none of them, in
    /// one spelling.
    pub fn values(&self, made: usize, roll: &mut Roll<'_>) -> Vec<Vec<String>> {
        let own = |spellings: &&[&str]| spellings.iter().map(|&text| text.to_owned()).collect();
        let mut values: Vec<Vec<String>> = self.good.iter().map(own).collect();
        for text in (0..made).filter_map(|_| self.any.map(|any| any(roll))) {
            if !values.iter().flatten().any(|taken| *taken == text) {
                values.push(vec![text]);
            }
        }
        values
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn pick<T: Copy>(of: &[T], roll: &mut Roll<'_>) -> T {
    of[roll(of.len() as u32) as usize]
}
