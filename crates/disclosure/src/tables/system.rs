//! What is published as a system of lines: each total is the sum of its parts, and no part is less than nothing.
//!
//! Whoever attacks a table knows this system and the figures in it. A cell is safe if two solutions in whole numbers
//! are found that differ in it by the width of protection: no reasoning can tell which of them is true. Solutions
//! come from a linear programme, but nothing rests on its arithmetic: each is rounded and checked, line by line, in
//! integers before it counts. A cell for which none is found counts as not safe.

use std::collections::BTreeSet;

use microlp::{ComparisonOp, Error as LpError, OptimizationDirection, Problem, SolveOptions, Variable};
use rustc_hash::FxHashMap;

use super::axes::{Axes, Fixed};

/// A cell by its place.
pub type Id = usize;

/// A total and its parts.
#[derive(Debug)]
struct Line {
    total: Id,
    parts: Vec<Id>,
}

/// Between which figures a cell may lie; without an upper one there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub least: i64,
    pub most: Option<i64>,
}

impl Bounds {
    /// Any count.
    pub const ANY: Bounds = Bounds { least: 0, most: None };

    /// Any difference between two counts.
    pub const ANY_DIFFERENCE: Bounds = Bounds { least: FREE, most: None };

    /// This count.
    pub fn exactly(count: i64) -> Bounds {
        Bounds { least: count, most: Some(count) }
    }

    /// The count, where there is only one.
    pub fn known(self) -> Option<i64> {
        self.most.filter(|most| *most == self.least)
    }

    /// What is in both; nothing where they contradict each other.
    pub fn and(self, other: Bounds) -> Option<Bounds> {
        let least = self.least.max(other.least);
        let most = [self.most, other.most].into_iter().flatten().min();
        most.is_none_or(|most| most >= least).then_some(Bounds { least, most })
    }

    fn hold(self, count: i64) -> bool {
        count >= self.least && self.most.is_none_or(|most| count <= most)
    }
}

/// Cells and lines.
#[derive(Debug, Default)]
pub struct System {
    lines: Vec<Line>,
    /// The lines each cell stands in.
    lines_of: Vec<Vec<usize>>,
    ids: FxHashMap<(u32, Fixed), Id>,
    bounds: Vec<Bounds>,
}

/// Why there is no solution.
#[derive(Debug)]
pub enum Unsolved {
    /// There is none.
    Infeasible,
    /// None was found in whole numbers.
    NotFound,
}

/// Below this there is no bound.
const FREE: i64 = i64::MIN / 4;

/// A solution: the figure of each cell.
pub type Point = Vec<i64>;

/// Nodes that a search in whole numbers may take.
const MOST_NODES: u64 = 200;

impl System {
    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.bounds.len()
    }

    /// The cell of an edition.
    pub fn id(&self, edition: u32, fixed: &Fixed) -> Option<Id> {
        self.ids.get(&(edition, fixed.clone())).copied()
    }

    /// All cells of an edition that have coordinates.
    pub fn cells(&self) -> impl Iterator<Item = (u32, &Fixed, Id)> {
        self.ids.iter().map(|((edition, fixed), id)| (*edition, fixed, *id))
    }

    /// Between which figures a cell may lie.
    pub fn bounds(&self, id: Id) -> Bounds {
        self.bounds.get(id).copied().unwrap_or(Bounds::ANY)
    }

    /// Says between which figures a cell lies.
    pub fn bind(&mut self, id: Id, bounds: Bounds) {
        if let Some(slot) = self.bounds.get_mut(id) {
            *slot = bounds;
        }
    }

    fn add_cell(&mut self) -> Id {
        self.bounds.push(Bounds::ANY);
        self.lines_of.push(Vec::new());
        self.bounds.len() - 1
    }

    fn cell(&mut self, edition: u32, fixed: Fixed) -> Id {
        if let Some(id) = self.ids.get(&(edition, fixed.clone())) {
            return *id;
        }
        let id = self.add_cell();
        self.ids.insert((edition, fixed), id);
        id
    }

    fn add_line(&mut self, total: Id, parts: Vec<Id>) {
        let line = self.lines.len();
        for id in parts.iter().chain([&total]) {
            if let Some(lines) = self.lines_of.get_mut(*id) {
                lines.push(line);
            }
        }
        self.lines.push(Line { total, parts });
    }

    /// A cell that is what one has more than another, between these figures.
    pub fn add_increase(&mut self, from: Id, to: Id, bounds: Bounds) -> Id {
        let increase = self.add_cell();
        self.bind(increase, bounds);
        self.add_line(to, vec![from, increase]);
        increase
    }

    /// All cells that these sets of dimensions make in an edition, with their lines.
    pub fn add_cliques(&mut self, edition: u32, axes: &Axes, cliques: &BTreeSet<BTreeSet<u16>>) {
        let mut done: BTreeSet<(Fixed, u16)> = BTreeSet::new();
        for clique in cliques {
            let clique: Vec<u16> = clique.iter().copied().collect();
            let sizes: Vec<u16> = clique.iter().map(|axis| axes.size(*axis)).collect();
            for coordinates in super::axes::coordinates(&sizes) {
                let fixed: Fixed =
                    clique.iter().zip(&coordinates).filter_map(|(axis, value)| value.map(|it| (*axis, it))).collect();
                let total = self.cell(edition, fixed.clone());
                for (axis, _) in clique.iter().zip(&coordinates).filter(|(_, value)| value.is_none()) {
                    // Sets that meet have these in common.
                    if done.insert((fixed.clone(), *axis)) {
                        let parts = (0..axes.size(*axis)).map(|value| self.cell(edition, with(&fixed, *axis, value)));
                        let parts = parts.collect();
                        self.add_line(total, parts);
                    }
                }
            }
        }
        self.add_nestings(edition, axes);
    }

    /// Each wider value is the sum of those in it; where both are fixed and do not go together there is nobody.
    fn add_nestings(&mut self, edition: u32, axes: &Axes) {
        for (fine, coarse, into) in axes.nestings() {
            let mut lines: Vec<(Fixed, Vec<Fixed>)> = Vec::new();
            let mut nobody: Vec<Id> = Vec::new();
            for ((of, fixed), id) in &self.ids {
                let value = |axis: u16| fixed.iter().find(|(known, _)| *known == axis).map(|(_, value)| *value);
                if *of != edition {
                    continue;
                }
                match (value(*fine), value(*coarse)) {
                    (Some(fine), Some(coarse)) if into.get(usize::from(fine)) != Some(&coarse) => nobody.push(*id),
                    (None, Some(wide)) => {
                        let rest: Fixed = fixed.iter().filter(|(axis, _)| axis != coarse).copied().collect();
                        let within = (0u16..).zip(into).filter(|(_, into)| **into == wide);
                        let parts = within.map(|(value, _)| with(&rest, *fine, value)).collect();
                        lines.push((fixed.clone(), parts));
                    }
                    _ => {}
                }
            }
            lines.sort();
            for (total, parts) in lines {
                let ids: Option<Vec<Id>> = parts.iter().map(|part| self.id(edition, part)).collect();
                if let (Some(total), Some(parts)) = (self.id(edition, &total), ids) {
                    self.add_line(total, parts);
                }
            }
            nobody.into_iter().for_each(|id| self.bind(id, Bounds::exactly(0)));
        }
    }

    /// Works out what follows by adding and subtracting alone.
    pub fn deduce(&self, figures: &mut [Option<i64>]) {
        let mut waiting: Vec<usize> = (0..self.lines.len()).collect();
        while let Some(line) = waiting.pop().and_then(|at| self.lines.get(at)) {
            let figure = |id: &Id| figures.get(*id).copied().flatten();
            let mut unknown = line.parts.iter().filter(|id| figure(id).is_none());
            let found = match (figure(&line.total), unknown.next(), unknown.next()) {
                (None, None, _) => Some((line.total, line.parts.iter().filter_map(figure).sum())),
                (Some(total), Some(part), None) => {
                    Some((*part, total - line.parts.iter().filter_map(figure).sum::<i64>()))
                }
                _ => None,
            };
            if let Some((id, value)) = found {
                figures.iter_mut().skip(id).take(1).for_each(|figure| *figure = Some(value));
                waiting.extend(self.lines_of.get(id).into_iter().flatten());
            }
        }
    }

    /// Whether a point is a solution.
    pub fn holds(&self, point: &[i64]) -> bool {
        let figure = |id: &Id| point.get(*id).copied();
        point.len() == self.bounds.len()
            && self.bounds.iter().zip(point).all(|(bounds, figure)| bounds.hold(*figure))
            && self.lines.iter().all(|line| {
                let sum: Option<i64> = line.parts.iter().map(figure).sum();
                sum.is_some() && figure(&line.total) == sum
            })
    }

    /// The cells that hang together with one through lines of cells that are not known.
    pub fn component(&self, start: &[Id]) -> Vec<Id> {
        let mut seen = vec![false; self.len()];
        let mut found: Vec<Id> = Vec::new();
        let mut waiting: Vec<Id> = start.to_vec();
        while let Some(id) = waiting.pop() {
            let new = seen.get_mut(id).is_some_and(|seen| !std::mem::replace(seen, true));
            if !new || self.bounds(id).known().is_some() {
                continue;
            }
            found.push(id);
            for line in self.lines_of.get(id).into_iter().flatten().filter_map(|line| self.lines.get(*line)) {
                waiting.extend(line.parts.iter().chain([&line.total]));
            }
        }
        found.sort_unstable();
        found
    }

    /// The solution that moves these cells as far as may be in the direction of their weights, but each of them at
    /// most so far, changing only the cells given. What it starts from need not be a solution.
    pub fn move_from(&self, base: &Point, cells: &[Id], moved: &[(Id, f64)], most: i64) -> Result<Point, Unsolved> {
        let far = most as f64;
        let weights: FxHashMap<Id, f64> = moved.iter().copied().collect();
        let ranges = |id: Id| {
            let at = base.get(id).copied().unwrap_or_default();
            let bounds = self.bounds(id);
            let down = if bounds.least <= FREE { f64::NEG_INFINITY } else { (bounds.least - at) as f64 };
            let up = bounds.most.map_or(f64::INFINITY, |most| (most - at) as f64);
            match weights.get(&id) {
                Some(weight) if *weight > 0.0 => (weight, (down, up.min(far))),
                Some(weight) => (weight, (down.max(-far), up)),
                None => (&0.0, (down, up)),
            }
        };
        let solve = |whole: bool| {
            let mut problem = Problem::new(OptimizationDirection::Maximize);
            let mut variables: FxHashMap<Id, Variable> = FxHashMap::default();
            for id in cells {
                let (weight, (down, up)) = ranges(*id);
                let variable = if whole {
                    let down = if down.is_finite() { down.max(f64::from(i32::MIN)) as i32 } else { i32::MIN };
                    let up = if up.is_finite() { up.min(f64::from(i32::MAX)) as i32 } else { i32::MAX };
                    problem.add_integer_var(*weight, (down, up))
                } else {
                    problem.add_var(*weight, (down, up))
                };
                variables.insert(*id, variable);
            }
            self.add_lines(&mut problem, base, cells, |id| {
                variables.get(&id).map(|it| vec![(*it, 1.0)]).unwrap_or_default()
            });
            let mut options = SolveOptions::default();
            options.node_limit = Some(MOST_NODES);
            let solution = match problem.solve_with(options) {
                // The best one only: whoever asks how far a cell can move is not told less.
                Ok(outcome) if outcome.is_optimal() => outcome.into_solution().map_err(|_| Unsolved::NotFound)?,
                Ok(_) => return Err(Unsolved::NotFound),
                Err(LpError::Infeasible) => return Err(Unsolved::Infeasible),
                Err(_) => return Err(Unsolved::NotFound),
            };
            let mut point = base.clone();
            for (id, variable) in &variables {
                let by = solution.var_value(*variable).round() as i64;
                point.iter_mut().skip(*id).take(1).for_each(|figure| *figure += by);
            }
            if self.holds(&point) { Ok(point) } else { Err(Unsolved::NotFound) }
        };
        match solve(false) {
            Err(Unsolved::NotFound) => solve(true),
            found => found,
        }
    }

    /// The lines of a programme whose variables are by how much cells change.
    fn add_lines(&self, problem: &mut Problem, base: &Point, cells: &[Id], terms: impl Fn(Id) -> Vec<(Variable, f64)>) {
        let figure = |id: &Id| base.get(*id).copied().unwrap_or_default();
        let lines: BTreeSet<usize> = cells.iter().filter_map(|id| self.lines_of.get(*id)).flatten().copied().collect();
        for line in lines.into_iter().filter_map(|line| self.lines.get(line)) {
            let parts = line.parts.iter().flat_map(|id| terms(*id));
            let total = terms(line.total).into_iter().map(|(variable, sign)| (variable, -sign));
            let expression: Vec<(Variable, f64)> = parts.chain(total).collect();
            if !expression.is_empty() {
                let missing = figure(&line.total) - line.parts.iter().map(figure).sum::<i64>();
                problem.add_constraint(expression.as_slice(), ComparisonOp::Eq, missing as f64);
            }
        }
    }

    /// The cheapest cells to suppress so that a form can grow by so much: those that have a cost may change at that
    /// cost, those that are not known may change anyway (Kelly, Golden and Assad, «Cell suppression: disclosure
    /// protection for sensitive tabular data», 1992).
    pub fn cheapest(
        &self,
        base: &Point,
        form: &[(Id, f64)],
        by: i64,
        cost: impl Fn(Id) -> Option<f64>,
    ) -> Result<(BTreeSet<Id>, Point), Unsolved> {
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let mut terms: FxHashMap<Id, Vec<(Variable, f64)>> = FxHashMap::default();
        let mut paid: Vec<(Id, [Variable; 2])> = Vec::new();
        for id in 0..self.len() {
            let at = base.get(id).copied().unwrap_or_default() as f64;
            if let Some(cost) = cost(id) {
                let (more, less) = (problem.add_var(cost, (0.0, f64::INFINITY)), problem.add_var(cost, (0.0, at)));
                terms.insert(id, vec![(more, 1.0), (less, -1.0)]);
                paid.push((id, [more, less]));
            } else if self.bounds(id).known().is_none() {
                let bounds = self.bounds(id);
                let up = bounds.most.map_or(f64::INFINITY, |most| most as f64 - at);
                let down = if bounds.least <= FREE { f64::NEG_INFINITY } else { bounds.least as f64 - at };
                terms.insert(id, vec![(problem.add_var(0.0, (down, up)), 1.0)]);
            }
        }
        let cells: Vec<Id> = terms.keys().copied().collect();
        self.add_lines(&mut problem, base, &cells, |id| terms.get(&id).cloned().unwrap_or_default());
        let grown: Vec<(Variable, f64)> = form
            .iter()
            .flat_map(|(id, weight)| terms.get(id).into_iter().flatten().map(move |(it, sign)| (*it, sign * weight)))
            .collect();
        if grown.is_empty() {
            return Err(Unsolved::Infeasible);
        }
        problem.add_constraint(grown.as_slice(), ComparisonOp::Ge, by as f64);
        let solution = match problem.solve() {
            Ok(outcome) => outcome.into_solution().map_err(|_| Unsolved::NotFound)?,
            Err(LpError::Infeasible) => return Err(Unsolved::Infeasible),
            Err(_) => return Err(Unsolved::NotFound),
        };
        let mut point = base.clone();
        for (id, terms) in &terms {
            let by: f64 = terms.iter().map(|(variable, sign)| solution.var_value(*variable) * sign).sum();
            point.iter_mut().skip(*id).take(1).for_each(|figure| *figure += by.round() as i64);
        }
        let changed = |(_, [more, less]): &&(Id, [Variable; 2])| {
            solution.var_value(*more) > 1e-6 || solution.var_value(*less) > 1e-6
        };
        Ok((paid.iter().filter(changed).map(|(id, _)| *id).collect(), point))
    }
}

/// A cell with one dimension more fixed.
fn with(fixed: &Fixed, axis: u16, value: u16) -> Fixed {
    let mut fixed = fixed.clone();
    let at = fixed.partition_point(|(known, _)| *known < axis);
    fixed.insert(at, (axis, value));
    fixed
}
