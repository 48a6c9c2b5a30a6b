//! Values under numbers, for an edge that can hold a number and no value.
//!
//! wasm-bindgen makes an object of each value that it hands out, with a registry that frees it once JavaScript has
//! forgotten it. For a webhook of 1 KB that took 5 to 9 percent of all its CPU. A number takes none, and what JavaScript
//! has forgotten, because a sender hung up, goes after a time.

/// A value that is this old is forgotten, in milliseconds: no sender waits for so long.
pub const FORGOTTEN_MS: i64 = 5 * 60_000;

/// How often forgotten values are looked for, at most, in milliseconds.
const SWEEP_MS: i64 = 60_000;

/// The bits of a number that are the place in the list. Those above tell apart what had the place.
const PLACE_BITS: u32 = 16;

/// No number: no value has the last place.
const NONE: u32 = u32::MAX;

/// Values under numbers.
pub struct Numbered<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
    swept: i64,
}

struct Place<T> {
    number: u32,
    since: i64,
    value: Option<Box<T>>,
}

impl<T> Numbered<T> {
    /// No values.
    pub const fn new() -> Self {
        Numbered { places: Vec::new(), free: Vec::new(), swept: 0 }
    }

    /// Keeps a value and gives its number; `now` is in milliseconds since the Unix epoch. A number comes again after
    /// 65,536 others that had its place. There is room for 65,535 values: one more is dropped, as if it was forgotten.
    pub fn keep(&mut self, value: T, now: i64) -> u32 {
        if now.saturating_sub(self.swept) > SWEEP_MS {
            self.sweep(now);
        }
        let at = self.free.pop().or_else(|| {
            let at = u32::try_from(self.places.len()).ok().filter(|at| *at < place_of(NONE))?;
            self.places.push(Place { number: at, since: now, value: None });
            Some(at)
        });
        let Some(place) = at.and_then(|at| self.places.get_mut(at as usize)) else { return NONE };
        place.number = place.number.wrapping_add(1 << PLACE_BITS);
        place.since = now;
        place.value = Some(Box::new(value));
        place.number
    }

    /// The value of a number, unless it was taken or forgotten.
    pub fn get(&mut self, number: u32) -> Option<&mut T> {
        self.place(number)?.value.as_deref_mut()
    }

    /// Takes the value of a number out.
    pub fn take(&mut self, number: u32) -> Option<Box<T>> {
        let value = self.place(number)?.value.take()?;
        self.free.push(place_of(number));
        Some(value)
    }

    fn place(&mut self, number: u32) -> Option<&mut Place<T>> {
        self.places.get_mut(place_of(number) as usize).filter(|place| place.number == number)
    }

    fn sweep(&mut self, now: i64) {
        self.swept = now;
        for (place, at) in self.places.iter_mut().zip(0..) {
            if place.value.is_some() && now.saturating_sub(place.since) > FORGOTTEN_MS {
                place.value = None;
                self.free.push(at);
            }
        }
    }
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self::new()
    }
}

fn place_of(number: u32) -> u32 {
    number & ((1 << PLACE_BITS) - 1)
}
