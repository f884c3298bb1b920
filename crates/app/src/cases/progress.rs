//! The progress picture: goals as stones on two banks, over the seven dimensions.

use askama::Template;

use super::model::{Dimension, Front, Goal, GoalState};
use crate::code::Code;
use crate::ui::Ui;

/// Stones that fit a phone; those beyond are counted.
const MOST: usize = 4;

/// One stone.
pub struct Stone {
    /// `reached`, `begun`, `planned` or `missed`: what the stylesheet knows.
    pub class: &'static str,
    /// Where it lies.
    pub x: usize,
    /// Where its filled half lies, for goals under way.
    pub part: Option<usize>,
}

/// The goals on one front in one dimension.
pub struct Stones {
    /// From the left bank to the right, as drawn.
    pub stones: Vec<Stone>,
    /// Width of the drawing.
    pub width: usize,
    /// Goals beyond those drawn.
    pub more: usize,
    /// In words, for those who do not see it.
    pub words: String,
}

/// One dimension.
pub struct Row {
    /// Which.
    pub dimension: Dimension,
    /// On the front of protection.
    pub protect: Stones,
    /// On the front of empowerment.
    pub empower: Stones,
}

/// The picture; include it with `{{ progress|safe }}`.
#[derive(Template)]
#[template(path = "cases/templates/progress.html")]
pub struct ProgressPicture {
    ui: Ui,
    /// The seven dimensions.
    pub rows: Vec<Row>,
    /// Goals reached.
    pub reached: usize,
    /// All goals.
    pub all: usize,
}

impl ProgressPicture {
    /// Goals reached of all goals, in figures.
    pub fn tally(&self) -> String {
        format!("{} / {}", self.reached, self.all)
    }

    /// The picture of some goals.
    pub fn of(ui: &Ui, goals: &[Goal]) -> ProgressPicture {
        let stones = |front, dimension| {
            let here: Vec<GoalState> =
                goals.iter().filter(|it| it.front == front && it.dimension == dimension).map(|it| it.state).collect();
            Stones::of(ui, front, here)
        };
        let rows = Dimension::ALL.iter().map(|dimension| Row {
            dimension: *dimension,
            protect: stones(Front::Protect, *dimension),
            empower: stones(Front::Empower, *dimension),
        });
        ProgressPicture {
            ui: ui.clone(),
            rows: rows.collect(),
            reached: goals.iter().filter(|goal| goal.state == GoalState::Reached).count(),
            all: goals.len(),
        }
    }
}

impl Stones {
    fn of(ui: &Ui, front: Front, mut goals: Vec<GoalState>) -> Stones {
        // From the middle outward: reached, begun, planned, missed.
        goals.sort_by_key(|state| order(*state));
        let reached = goals.iter().filter(|state| **state == GoalState::Reached).count();
        let words = match goals.len() {
            0 => ui.t("progress-no-goal").to_owned(),
            all => ui.name("progress-reached-of", &format!("{reached} / {all}")),
        };
        let more = goals.len().saturating_sub(MOST);
        goals.truncate(MOST);
        if front == Front::Protect {
            goals.reverse();
        }
        let stones: Vec<Stone> = goals.iter().enumerate().map(|(place, state)| stone(front, place, *state)).collect();
        let width = if stones.is_empty() { 14 } else { 22 * stones.len() - 4 };
        Stones { stones, width, more, words }
    }
}

fn order(state: GoalState) -> u8 {
    match state {
        GoalState::Reached => 0,
        GoalState::Begun => 1,
        GoalState::Planned => 2,
        GoalState::Missed => 3,
    }
}

fn stone(front: Front, place: usize, state: GoalState) -> Stone {
    let x = 22 * place + 1;
    // The half towards the middle is filled.
    let part = if front == Front::Protect { x + 8 } else { x };
    Stone { class: state.code(), x, part: (state == GoalState::Begun).then_some(part) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Language;

    #[test]
    fn the_nearest_to_the_middle_is_what_was_reached() {
        let ui = Ui::new(Language::En, None, "/");
        let goals = vec![GoalState::Planned, GoalState::Reached, GoalState::Begun];
        let classes = |front| {
            let stones = Stones::of(&ui, front, goals.clone());
            stones.stones.iter().map(|stone| stone.class).collect::<Vec<_>>()
        };
        assert_eq!(classes(Front::Protect), ["planned", "begun", "reached"]);
        assert_eq!(classes(Front::Empower), ["reached", "begun", "planned"]);
    }

    #[test]
    fn four_stones_are_drawn_and_the_rest_counted() {
        let ui = Ui::new(Language::En, None, "/");
        let many = Stones::of(&ui, Front::Empower, vec![GoalState::Planned; 6]);
        assert_eq!((many.stones.len(), many.more, many.width), (4, 2, 84));
    }
}
