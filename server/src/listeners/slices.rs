//! The lines of a room in slices, and which slice is told next. Pure.

use std::collections::VecDeque;

use smallvec::SmallVec;

/// How many lines are told before others get the thread: a third of a millisecond's worth of the kernel's `send`.
pub(super) const SLICE: usize = 64;

/// Lines by number. A number is free again once its line was removed.
#[derive(Debug)]
pub(super) struct Slices<T> {
    slices: Vec<Slice<T>>,
    free: Vec<usize>,
    due: VecDeque<usize>,
}

#[derive(Debug)]
struct Slice<T> {
    lines: SmallVec<[Option<T>; 1]>,
    turn: Turn,
}

/// When a slice is told. Never twice at once; being due twice is being due once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Quiet,
    /// It waits for its turn.
    Due,
    Told,
    /// It is being told, and has to be once more.
    ToldAndDue,
}

impl<T> Default for Slices<T> {
    fn default() -> Self {
        Self { slices: Vec::new(), free: Vec::new(), due: VecDeque::new() }
    }
}

impl<T: Clone> Slices<T> {
    /// Adds a line, and says its number.
    pub(super) fn add(&mut self, line: T) -> usize {
        let last = self.slices.len().saturating_sub(1);
        if let Some(number) = self.free.pop()
            && let Some(place) = self.place(number)
        {
            *place = Some(line);
            return number;
        }
        match self.slices.last_mut().filter(|slice| slice.lines.len() < SLICE) {
            Some(slice) => {
                slice.lines.push(Some(line));
                last * SLICE + slice.lines.len() - 1
            }
            None => {
                self.slices.push(Slice { lines: SmallVec::from_iter([Some(line)]), turn: Turn::Quiet });
                (self.slices.len() - 1) * SLICE
            }
        }
    }

    /// Takes a line away.
    pub(super) fn remove(&mut self, number: usize) {
        if self.place(number).is_some_and(|place| place.take().is_some()) {
            self.free.push(number);
        }
    }

    /// The line of this number.
    pub(super) fn get(&self, number: usize) -> Option<&T> {
        self.slices.get(number / SLICE)?.lines.get(number % SLICE)?.as_ref()
    }

    /// From now on all slices are due.
    pub(super) fn call(&mut self) {
        for (index, slice) in self.slices.iter_mut().enumerate() {
            match slice.turn {
                Turn::Quiet => {
                    slice.turn = Turn::Due;
                    self.due.push_back(index);
                }
                Turn::Told => slice.turn = Turn::ToldAndDue,
                Turn::Due | Turn::ToldAndDue => {}
            }
        }
    }

    /// How many slices wait for their turn.
    pub(super) fn due(&self) -> usize {
        self.due.len()
    }

    /// The slice whose turn it is, and its lines, which are to be told now.
    pub(super) fn begin(&mut self) -> Option<(usize, SmallVec<[T; SLICE]>)> {
        let index = self.due.pop_front()?;
        let slice = self.slices.get_mut(index)?;
        slice.turn = Turn::Told;
        Some((index, slice.lines.iter().flatten().cloned().collect()))
    }

    /// The lines of a slice have been told.
    pub(super) fn end(&mut self, index: usize) {
        let Some(slice) = self.slices.get_mut(index) else { return };
        if slice.turn == Turn::ToldAndDue {
            slice.turn = Turn::Due;
            self.due.push_back(index);
        } else {
            slice.turn = Turn::Quiet;
        }
    }

    fn place(&mut self, number: usize) -> Option<&mut Option<T>> {
        self.slices.get_mut(number / SLICE)?.lines.get_mut(number % SLICE)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use proptest::{collection::vec, prelude::*};

    use super::*;

    #[test]
    fn numbers_are_used_again_and_no_two_lines_have_the_same() {
        let mut slices = Slices::default();
        let numbers: Vec<_> = (0..200).map(|line| slices.add(line)).collect();
        assert_eq!(numbers, (0..200).collect::<Vec<_>>());
        slices.remove(70);
        slices.remove(70);
        assert_eq!((slices.get(70), slices.get(71)), (None, Some(&71)));
        assert_eq!([slices.add(300), slices.add(301)], [70, 200]);
        assert_eq!((slices.get(70), slices.get(200)), (Some(&300), Some(&301)));
    }

    proptest! {
        /// What happens: 0 to 2 a line comes, 3 one goes, 4 and 5 everybody is called, 6 to 7 a slice is begun, else ended.
        #[test]
        fn whoever_was_there_is_told_after_the_last_call_and_no_slice_by_two_at_once(
            steps in vec((0..10_u8, any::<prop::sample::Index>()), 0..900),
        ) {
            let mut slices = Slices::default();
            let (mut calls, mut next) = (0, 0);
            // Of each line its number, and at which call it was told last, or came.
            let mut lines: HashMap<u32, (usize, u32)> = HashMap::new();
            let mut going = Vec::new();
            for (step, index) in steps {
                match step {
                    0..=2 => {
                        lines.insert(next, (slices.add(next), calls));
                        next += 1;
                    }
                    3 if !lines.is_empty() => {
                        let line = *index.get(&lines.keys().copied().collect::<Vec<_>>());
                        if let Some((number, _)) = lines.remove(&line) {
                            slices.remove(number);
                        }
                    }
                    4 | 5 => {
                        calls += 1;
                        slices.call();
                    }
                    6 | 7 => going.extend(begun(&mut slices, &mut lines, calls)),
                    _ if !going.is_empty() => slices.end(going.swap_remove(index.index(going.len()))),
                    _ => {}
                }
                prop_assert_eq!(going.iter().collect::<HashSet<_>>().len(), going.len());
            }
            going.drain(..).for_each(|index| slices.end(index));
            while let Some(index) = begun(&mut slices, &mut lines, calls) {
                slices.end(index);
            }
            prop_assert!(lines.values().all(|(_, told)| *told == calls), "{lines:?} after {calls} calls");
        }
    }

    /// Begins a slice and tells its lines.
    fn begun(slices: &mut Slices<u32>, lines: &mut HashMap<u32, (usize, u32)>, calls: u32) -> Option<usize> {
        let (index, told) = slices.begin()?;
        for line in told {
            lines.get_mut(&line).unwrap().1 = calls;
        }
        Some(index)
    }
}
