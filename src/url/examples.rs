//! Values of parameters by example, for whoever tests, fuzzes or documents the vocabulary. The platform's module has none of them.

/// Numbers by chance: from 0 to one less than the argument.
pub type Roll<'a> = dyn FnMut(u32) -> u32 + 'a;

/// Good and bad values of one parameter.
#[derive(Clone, Copy)]
pub struct Examples {
    /// Good values, boundaries among them. The spellings of one value stand together, and its canonical one is among them.
    #[cfg(not(target_arch = "wasm32"))]
    pub good: &'static [&'static [&'static str]],
    /// Texts that are no value, those next to each boundary among them.
    #[cfg(not(target_arch = "wasm32"))]
    pub bad: &'static [&'static str],
    /// A good value in its canonical spelling, by chance, where `good` does not have them all.
    #[cfg(not(target_arch = "wasm32"))]
    any: Option<fn(&mut Roll<'_>) -> String>,
}

impl Examples {
    /// Values of which these are all.
    pub(super) const fn all(
        good: &'static [&'static [&'static str]],
        bad: &'static [&'static str],
    ) -> Examples {
        Examples::of(good, bad, None)
    }

    /// Values of which there are more, that `any` makes.
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
    /// A good value by chance: half of them are spellings of the examples.
    pub fn any(&self, roll: &mut Roll<'_>) -> String {
        match self.any {
            Some(any) if roll(2) == 0 => any(roll),
            _ => pick(pick(self.good, roll), roll).to_owned(),
        }
    }

    /// The examples, and values made by chance that are none of them, in one spelling.
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
